"""An Odyssey service in a box, written from the service's documentation: `DemoService` is the ASGI application."""

from faxtui.demo.service import DemoService

__all__ = ["DemoService"]
