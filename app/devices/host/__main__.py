"""The device host as a program: ``python -m app.devices.host``."""

from app.devices.host.child import main

if __name__ == "__main__":
    main()
