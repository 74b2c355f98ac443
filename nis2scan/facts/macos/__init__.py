"""What is read on macOS. `docs/macos.md` says which shapes no real Mac has confirmed."""
