# Weir. `make demo` and `make test` are the two to know; `make help` lists all.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Node 20 is past its end of life, which jsii tells at length on each run. This
# silences that one banner for that one version and no other warning.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

CDK_VERSION := 2.1034.0
CDK  := npx --yes aws-cdk@$(CDK_VERSION)
LINT := go tool -modfile=tools/go.mod golangci-lint
# Its parsers are in C, and the C compiler warns of one of them on the first build.
PROSE := CGO_ENABLED=1 CGO_CFLAGS=-w go tool -modfile=tools/prose/go.mod vale --config tools/prose/vale.ini

# No cgo, no paths, no build ids: the same source gives the same bytes, so that
# a function's asset changes only when its code does.
GO_FUNCTION := CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags lambda.norpc
STRIP       := -s -w -buildid=

FUNCTIONS := app plan shift verify rollback alias
HOST_OS   := $(shell go env GOOS 2>/dev/null)
HOST_ARCH := $(shell go env GOARCH 2>/dev/null)
HOST      := build/functions/host

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9_-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# What is missing is said in one line, before anything starts.
.PHONY: need
need:
	@missing=; for tool in go node; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	[ -z "$$missing" ] || { echo "weir: not found:$$missing (it takes Go 1.26 or newer and Node.js 22 or newer; 20 works, with a warning)" >&2; exit 1; }

##  Run

.PHONY: demo
demo: cli demo-assemblies ## a good and a faulty release on a local cloud
	@build/bin/weir demo $(foreach v,1 2 3,build/demo/v$(v))

# The stack three times, as three deploys would have it: version 2 is a change
# of code, version 3 another that fails a share of its requests.
FAULTY ?= 0.2
.PHONY: demo-assemblies
demo-assemblies: host
	@for v in 1 2 3; do \
	  $(GO_FUNCTION) -ldflags="$(STRIP) -X main.release=v$$v" -o build/demo/app-v$$v/bootstrap ./functions/app; \
	done
	@running=(); for v in 1 2 3; do \
	  environment='{}'; [ $$v != 3 ] || environment='{"FAULT_ERROR_RATE": "$(FAULTY)"}'; \
	  rm -rf build/demo/v$$v; \
	  CDK_OUTDIR=build/demo/v$$v CDK_CONTEXT_JSON="{\"handlers\": \"$(HOST)\", \"app\": \"build/demo/app-v$$v\", \"environment\": $$environment}" \
	    build/bin/infra & running+=($$!); \
	done; for each in "$${running[@]}"; do wait $$each; done

# Compiled as the functions are, so that tests which build those share the work;
# vet is lint's.
.PHONY: test
test: export CGO_ENABLED := 0
test: export GOFLAGS := $(strip $(GOFLAGS) -trimpath)
test: need ## every test
	go test -vet=off ./...

# Every call of a release is throttled, refused, dropped, lost and cut off in turn;
# the execution is stopped and the alias written by others at each of them.
SCENARIOS ?= 0
SEED ?= 1
.PHONY: chaos
chaos: need ## the fault campaign, whole; SCENARIOS=500 SEED=7 for a part
	CGO_ENABLED=0 GOFLAGS=-trimpath go test ./acceptance -run Chaos -chaos $(SCENARIOS) -chaos-seed $(SEED) -count=1 -timeout 3h -v

.PHONY: verify-local
verify-local: need ## the cycle of acceptance/account on the local cloud
	go test ./acceptance/account -local -count=1 -v

# Costs a few cents, takes most of an hour, and leaves nothing behind.
.PHONY: verify-aws
verify-aws: need ## the cycle of acceptance/account in the AWS account ACCOUNT, with its credentials in the environment
	@[ -n "$(ACCOUNT)" ] || { echo "weir: say which account, so that it cannot be the wrong one: make verify-aws ACCOUNT=123456789012" >&2; exit 1; }
	CDK="$(CDK)" go test ./acceptance/account -account $(ACCOUNT) -count=1 -timeout 3h -v

.PHONY: test-runbooks
test-runbooks: need ## every command of docs/runbooks, on local clouds; needs the AWS CLI and jq
	go test ./docs -run Runbooks -runbooks -count=1

.PHONY: test-cdk
test-cdk: demo-assemblies build/_cdk-$(CDK_VERSION) ## the CDK's own CLI on local clouds, on a small stack and on Weir's
	WEIR_CDK=$(CURDIR)/build/_cdk-$(CDK_VERSION)/node_modules/aws-cdk/bin/cdk WEIR_ASSEMBLIES=$(CURDIR)/build/demo/v1:$(CURDIR)/build/demo/v2 \
	  go test ./localcloud/internal/cloudformation -run CDKCommand -count=1 -v

.PHONY: test-browser
test-browser: need ## web pages that attack a local cloud, in a real browser; needs Chromium
	@browser=$$(command -v chromium chromium-browser google-chrome | head -1) || true; \
	[ -n "$$browser" ] || { echo "weir: not found: chromium (Debian: apt-get install chromium)" >&2; exit 1; }; \
	WEIR_BROWSER=$$browser go test ./localcloud/internal/endpoint -run Browser -count=1 -v

# Go looks into no folder whose name begins so; the CLI has Go files of its own.
build/_cdk-$(CDK_VERSION): | need
	npm install --silent --no-audit --no-fund --prefix $@ aws-cdk@$(CDK_VERSION)

# The recordings as they are, in testdata/recorded; the tests named by what is
# recorded restate more of them, with their sources.
.PHONY: conformance
conformance: need ## replay what AWS was recorded to answer, and count
	@go test ./localcloud/internal/lambda ./localcloud/internal/states ./localcloud/internal/cloudwatch -run Conformance -count=1 -v \
	  | awk '/conformance/ {sub(/^.*conformance /, ""); print; p += $$(NF-2); n += $$NF} /^(FAIL|---? FAIL)/ {print; bad = 1} \
	    END {printf "in all: passed %d of %d\n", p, n; exit bad || p < n || n == 0}'

.PHONY: bench
bench: cli demo-assemblies ## speed, size and cost, beside their targets; KINDS="machine releases" for some
	@$(GO_FUNCTION) -ldflags="$(STRIP)" -o $(HOST)/bare/bootstrap ./bench/bare
	@go run ./bench $(KINDS)

.PHONY: bench-judge
bench-judge: need ## the judge beside today's rules, on simulated releases; writes docs/contribute/judge
	go run ./internal/judge/simulate -out docs/contribute/judge

##  Build

.PHONY: build
build: cli host arm64 x86_64 ## the CLI, and the functions for Lambda and for this machine

.PHONY: cli
cli: need ## the CLI, build/bin/weir
	@go build -o build/bin/weir ./cmd/weir

.PHONY: infra
infra: need
	@go build -o build/bin/infra ./infra/app

.PHONY: host arm64 x86_64
host: infra ## the functions for this machine, and the CDK app
	@$(call functions,$(HOST_OS),$(HOST_ARCH),$(HOST))
arm64: infra ## the functions for Lambda on arm64, and the CDK app
	@$(call functions,linux,arm64,build/functions/arm64)
x86_64: infra ## the functions for Lambda on x86_64, and the CDK app
	@$(call functions,linux,amd64,build/functions/x86_64)

# functions OS, ARCH, FOLDER: one `go build` for all of them shares its work;
# each binary then gets a folder of its own, named bootstrap as Lambda wants it.
define functions
mkdir -p $(3)/.bin; \
GOOS=$(1) GOARCH=$(2) $(GO_FUNCTION) -ldflags="$(STRIP)" -o $(3)/.bin/ $(addprefix ./functions/,$(FUNCTIONS)); \
for f in $(FUNCTIONS); do mkdir -p $(3)/$$f; ln -f $(3)/.bin/$$f $(3)/$$f/bootstrap; done
endef

##  Deploy

# Context of the CDK app, such as ARCH=x86_64 or CONTEXT="-c config=weir.json";
# infra/app/config.go lists what there is.
ARCH    ?= arm64
CONTEXT ?=

.PHONY: synth
synth: $(ARCH) ## the CloudFormation template, into cdk.out
	$(CDK) synth --quiet --app build/bin/infra -c arch=$(ARCH) $(CONTEXT)

.PHONY: deploy
deploy: $(ARCH) ## deploy to the account of the AWS credentials in the environment
	$(CDK) deploy --all --app build/bin/infra -c arch=$(ARCH) $(CONTEXT) --outputs-file build/outputs.json

STACK ?= weir
.PHONY: release
release: cli ## release what staging serves, and follow it; after make deploy
	@output() { node -p "require('./build/outputs.json')['$(STACK)'].$$1"; }; \
	build/bin/weir release --state-machine "$$(output StateMachineArn)" --function "$$(output FunctionName)"

##  Check

.PHONY: fmt
fmt: need ## format the Go code
	gofmt -w $$(git ls-files '*.go')

# Read the change with git diff before you commit it.
.PHONY: update
update: need ## write every golden file and every generated page anew
	go test -vet=off . ./statemachine ./infra ./internal/console ./localcloud/internal/endpoint ./cmd/weir -update

.PHONY: lint
lint: need ## formatting, vet and golangci-lint
	@bad=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$bad" ] || { printf 'gofmt would change:\n%s\n' "$$bad" >&2; exit 1; }
	go vet ./...
	$(LINT) run

# What CONTRIBUTING.md says of writing, as far as vale can check it. It first finds
# each kind of fault in a page of faults.
.PHONY: lint-docs
lint-docs: need ## the rules of writing, on every page; needs a C compiler
	@command -v cc >/dev/null || { echo "weir: not found: cc (vale has parsers in C; Debian: apt-get install gcc libc6-dev)" >&2; exit 1; }
	@found=$$($(PROSE) --output line tools/prose/testdata/faults.md) || true; \
	for rule in tools/prose/styles/Weir/*.yml; do name=$$(basename $$rule .yml); \
	  [[ $$found == *":Weir.$$name:"* ]] || { printf 'weir: the rule %s found nothing in tools/prose/testdata/faults.md\n%s\n' "$$name" "$$found" >&2; exit 1; }; done
	@$(PROSE) $$(git ls-files '*.md' ':!:tools/prose/testdata')

# cdk-nag comes by npm; cfn-lint is Python's, and left out, with a word, where
# there is no Python.
.PHONY: lint-template
lint-template: host tools/templates/node_modules ## cdk-nag and cfn-lint on the template with everything on
	@rm -rf build/lint
	@CDK_OUTDIR=build/lint CDK_CONTEXT_JSON='{"handlers": "$(HOST)", "onRequest": ["shop.ci"], "onStackUpdate": true, "email": "on-call@example.com"}' build/bin/infra
	node tools/templates/nag.mjs build/lint/weir.template.json
	@if command -v python3 >/dev/null; then \
	  [ -x build/cfn-lint/bin/cfn-lint ] || { python3 -m venv build/cfn-lint && build/cfn-lint/bin/pip install -q cfn-lint==1.58.0; }; \
	  build/cfn-lint/bin/cfn-lint --config-file tools/templates/cfnlint.yaml -r us-east-1 -- build/lint/weir.template.json examples/delivery/codepipeline.yml && echo "cfn-lint: no findings"; \
	else echo "cfn-lint: not run, there is no python3"; fi

tools/templates/node_modules: tools/templates/package-lock.json | need
	cd tools/templates && npm ci --no-audit --no-fund && touch node_modules

.PHONY: clean
clean: ## remove what was built
	rm -rf build cdk.out
