"""好差评 at the back office: bad ones that somebody must answer, all of them for the platform."""
