# Weir. `make demo` and `make test` are the two to know; `make help` lists all.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# CGO off, no paths, no build ids: the same source gives the same bytes, so that
# a function's asset changes only when its code does.
export CGO_ENABLED := 0
GO_BUILD := go build -trimpath -buildvcs=false -ldflags="-s -w -buildid=" -tags lambda.norpc

# Node 20 is past its end of life, which jsii tells at length on each run; this
# silences that one banner for that one version and no other warning.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

CDK := npx --yes aws-cdk@2.1034.0
LINT := go tool -modfile=tools/go.mod golangci-lint

FUNCTIONS := app shift verify rollback alias
HOST := $(shell go env GOOS 2>/dev/null)/$(shell go env GOARCH 2>/dev/null)
# The folder of the functions that this machine can run.
LOCAL := build/functions/host

# What is missing is said in one line, before anything starts.
.PHONY: need
need:
	@missing=; for tool in go node; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -n "$$missing" ]; then echo "weir: not found:$$missing. It needs Go 1.26 or newer and Node.js 20 or newer." >&2; exit 1; fi

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

.PHONY: demo
demo: cli local ## a good and a bad release on a local cloud, start to end
	build/bin/weir demo

.PHONY: test
test: need ## every test
	go test ./...

.PHONY: build
build: local arm64 x86_64 cli ## the CLI, and the functions for Lambda and for this machine

.PHONY: cli
cli: need ## the CLI, build/bin/weir
	go build -trimpath -o build/bin/weir ./cmd/weir

.PHONY: infra
infra: need ## the CDK app, build/bin/infra
	go build -o build/bin/infra ./infra/app

.PHONY: arm64 x86_64 local
arm64: need ## the functions for Lambda on arm64
	@$(call functions,linux,arm64,build/functions/arm64)
x86_64: need ## the functions for Lambda on x86_64
	@$(call functions,linux,amd64,build/functions/x86_64)
local: need infra ## the functions for this machine, and the CDK app
	@$(call functions,$(word 1,$(subst /, ,$(HOST))),$(word 2,$(subst /, ,$(HOST))),$(LOCAL))

# One `go build` for all functions shares its work; each then gets its folder.
define functions
mkdir -p $(3)/bin; \
GOOS=$(1) GOARCH=$(2) $(GO_BUILD) -o $(3)/bin/ $(addprefix ./functions/,$(FUNCTIONS)); \
for f in $(FUNCTIONS); do mkdir -p $(3)/$$f; cmp -s $(3)/bin/$$f $(3)/$$f/bootstrap || cp $(3)/bin/$$f $(3)/$$f/bootstrap; done
endef

# Context for the CDK app, such as: make synth CONTEXT="-c arch=x86_64"
CONTEXT ?=

.PHONY: synth
synth: infra arm64 ## the CloudFormation template, into cdk.out
	CDK_OUTDIR=cdk.out build/bin/infra

.PHONY: deploy
deploy: infra arm64 ## deploy to the account of the AWS credentials in the environment
	$(CDK) deploy --app build/bin/infra $(CONTEXT)

.PHONY: release
release: cli ## release what staging serves: make release FUNCTION=weir-app
	build/bin/weir release $(FUNCTION)

.PHONY: bench
bench: cli local ## speed of the local cloud and of the handlers
	build/bin/weir bench

.PHONY: fmt
fmt: need ## format the Go code
	gofmt -w $$(git ls-files '*.go')

.PHONY: format-check
format-check: need
	@bad=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$bad" ]; then printf 'gofmt would change:\n%s\n' "$$bad" >&2; exit 1; fi

.PHONY: lint
lint: need format-check ## vet and golangci-lint
	go vet ./...
	$(LINT) run

.PHONY: clean
clean: ## remove what was built
	rm -rf build cdk.out
