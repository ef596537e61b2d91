# The commands of this repository; `make help` lists them.
SWIFT ?= swift
PREFIX ?= /usr/local
BUILD := .build/release/streamsql
# Binaries carry the Swift libraries, so that they start fast and run where no toolchain is.
RELEASE := -c release --static-swift-stdlib

.DEFAULT_GOAL := help
.PHONY: help deps demo build run test soak bench fuzz reference install format lint clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install missing Debian packages
	@Scripts/install-dependencies.sh

demo: deps ## the seed's word count on a local socket
	$(SWIFT) build $(RELEASE) --product streamsql-demo
	@.build/release/streamsql-demo

build: deps ## release binary at .build/release/streamsql
	$(SWIFT) build $(RELEASE) --product streamsql
	@$(BUILD) "SET TIME ZONE 'Europe/Berlin'" # static linking keeps Foundation's zones

run: build ## the shell
	@$(BUILD)

test: deps ## every test
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

soak: deps ## SOAK_ROWS (10 million) rows through every operator whose state a watermark bounds
	$(SWIFT) build -c release --build-tests -Xswiftc -enable-testing
	SOAK_ROWS=$${SOAK_ROWS:-10000000} $(SWIFT) test -c release --skip-build --filter SoakTests

bench: deps ## speed, latency and start-up, with DuckDB beside
	$(SWIFT) build $(RELEASE) --product streamsql
	$(SWIFT) build $(RELEASE) --product streamsql-bench
	@Scripts/bench.sh

fuzz: deps ## random SQL, bytes and plans for FUZZ_SECONDS (60)
	$(SWIFT) build -c release --product streamsql-fuzz
	@.build/release/streamsql-fuzz $${FUZZ_SECONDS:-60}

reference: deps ## write anew what docs/ takes from the program: functions, options, outputs
	$(SWIFT) build --build-tests
	REFERENCE_UPDATE=1 DOCS_UPDATE=1 $(SWIFT) test --skip-build --filter 'referenceIsUpToDate|ConnectorDocsTests|DocumentTests'

install: build ## copy the binary to $(PREFIX)/bin
	install -D -m 755 $(BUILD) $(DESTDIR)$(PREFIX)/bin/streamsql

format: ## rewrite sources in the house style
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

lint: ## check the house style
	$(SWIFT) format lint --recursive --strict Sources Tests Package.swift

clean: ## remove what was built
	rm -rf .build
