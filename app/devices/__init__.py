"""Card readers and scanners: drivers behind the ports, and the simulators that ship with them."""
