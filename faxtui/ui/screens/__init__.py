"""The screens: they turn messages into intents of the inbox."""
