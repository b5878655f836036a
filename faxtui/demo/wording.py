"""The words the made-up faxes are put together from. None of the people exist."""

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
PATIENTS = (
    *("ARNOUX Lucie", "BÉRAULT Thomas", "CHASTEL Inès", "DELORMEAU Paul", "ESNAULT Jeanne", "FAVERGE Louis"),
    *("GRIMONT Adèle", "HÉRISSON Marc", "JOUVENCE Camille", "LACAZE-ORY Hugo", "MORVILLE Rose", "NOIRETTE Émile"),
    *("ORSENNE Claire", "PÉRIGNAC Yves", "QUESNOY Alice", "RIVOIRE Nora", "SAUVETERRE Jean", "THIBAUDEL Zoé"),
)
DOCTORS = ("Dr B. Lefèvre", "Dr A. Kermadec", "Dr J. Vialatte", "Dr M. Okonjo", "Dr H. Sœurin", "Dr P. de Brézé")
SERVICES = (
    "Bureau des admissions",
    "Service de médecine interne",
    "Consultations de cardiologie",
    "Pharmacie à usage intérieur",
    "Service des soins externes",
)
ANALYSES = (
    (
        "HÉMATOLOGIE",
        (
            ("Hématies", "T/l", 4.2, 5.9),
            ("Hémoglobine", "g/dl", 12.0, 17.0),
            ("Hématocrite", "%", 37.0, 52.0),
            ("Leucocytes", "G/l", 4.0, 10.0),
            ("Plaquettes", "G/l", 150.0, 400.0),
        ),
    ),
    (
        "BIOCHIMIE",
        (
            ("Sodium", "mmol/l", 136.0, 145.0),
            ("Potassium", "mmol/l", 3.5, 5.1),
            ("Créatinine", "µmol/l", 50.0, 104.0),
            ("Urée", "mmol/l", 2.5, 7.5),
            ("Glycémie à jeun", "g/l", 0.7, 1.1),
        ),
    ),
    (
        "BILAN HÉPATIQUE",
        (
            ("ASAT (TGO)", "UI/l", 10.0, 40.0),
            ("ALAT (TGP)", "UI/l", 10.0, 45.0),
            ("Gamma-GT", "UI/l", 8.0, 60.0),
            ("Bilirubine totale", "µmol/l", 3.0, 21.0),
        ),
    ),
    (
        "BILAN LIPIDIQUE",
        (
            ("Cholestérol total", "g/l", 1.4, 2.0),
            ("Cholestérol HDL", "g/l", 0.4, 0.65),
            ("Cholestérol LDL", "g/l", 0.7, 1.6),
            ("Triglycérides", "g/l", 0.35, 1.5),
        ),
    ),
    (
        "INFLAMMATION ET HÉMOSTASE",
        (
            ("Protéine C réactive", "mg/l", 0.0, 5.0),
            ("Vitesse à 1 h", "mm", 2.0, 20.0),
            ("Taux de prothrombine", "%", 70.0, 100.0),
            ("INR", "", 0.9, 1.2),
        ),
    ),
)
MEDICINES = (
    ("PARACÉTAMOL 1 g, comprimé", "1 comprimé matin, midi et soir si douleur, pendant 5 jours"),
    ("AMOXICILLINE 500 mg, gélule", "2 gélules matin et soir pendant 7 jours"),
    ("OMÉPRAZOLE 20 mg, gélule", "1 gélule le soir pendant 28 jours"),
    ("AMLODIPINE 5 mg, comprimé", "1 comprimé le matin"),
    ("METFORMINE 850 mg, comprimé", "1 comprimé matin et soir au cours du repas"),
    ("ATORVASTATINE 20 mg, comprimé", "1 comprimé le soir"),
    ("LÉVOTHYROXINE 75 µg, comprimé", "1 comprimé le matin à jeun"),
    ("SÉRUM PHYSIOLOGIQUE 5 ml, unidose", "Lavage de nez 4 fois par jour"),
    ("VITAMINE D3 100 000 UI, ampoule", "1 ampoule, à renouveler dans 3 mois"),
    ("BANDE DE CONTENTION, classe 2", "1 paire, à porter dans la journée"),
)
FINDINGS = (
    "L'état général est conservé. Le poids est stable depuis la dernière consultation, l'appétit est bon.",
    "La tension artérielle est mesurée à 13/8 aux deux bras, au repos ; le pouls est régulier.",
    "L'auscultation cardiaque et pulmonaire est sans particularité. Il n'y a pas d'œdème des membres inférieurs.",
    "L'électrocardiogramme s'inscrit en rythme sinusal, sans trouble de la repolarisation.",
    "La radiographie du thorax ne montre pas de foyer ; la silhouette cardiaque est de taille normale.",
    "L'échographie abdominale est dans les limites de la normale, sous réserve de gaz digestifs abondants.",
    "La marche est possible sans aide sur 200 mètres. La rééducation se poursuit à raison de deux séances par semaine.",
    "Le traitement habituel est bien toléré et reste inchangé. Une ordonnance a été remise pour trois mois.",
    "Un bilan biologique de contrôle est demandé ; merci de bien vouloir nous en adresser les résultats par fax.",
    "Je propose de le ou la revoir dans six mois, plus tôt en cas de besoin.",
)
ACTS = (
    ("Consultation de spécialiste", 3000),
    ("Consultation de généraliste", 2650),
    ("Radiographie du thorax", 2128),
    ("Séance de rééducation", 1613),
    ("Prélèvement à domicile", 640),
    ("Soins infirmiers", 945),
    ("Échographie abdominale", 5670),
    ("Transport assis", 4180),
)
ARTICLES = (
    "Compresses stériles 10 x 10, boîte de 50",
    "Gants nitrile, taille M, boîte de 100",
    "Gants nitrile, taille L, boîte de 100",
    "Seringues 10 ml, boîte de 100",
    "Solution hydro-alcoolique, flacon de 500 ml",
    "Poches de recueil 2 l, lot de 10",
    "Masques chirurgicaux type IIR, boîte de 50",
    "Sparadrap microporeux 5 cm, lot de 6",
    "Collecteurs d'aiguilles 1,8 l",
    "Draps d'examen, rouleau de 150 formats",
)
