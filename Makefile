# Every target only calls a script of the same name; `sh scripts/scan` does the same where make is missing.

.PHONY: setup scan check test bench lab

setup: ; @sh scripts/setup
scan:  ; @sh scripts/scan
check: ; @sh scripts/check
test:  ; @sh scripts/test
bench: ; @sh scripts/bench
lab:   ; @sh scripts/lab
