GO ?= go

.PHONY: build test race lint golden bench

build: ## the program, as ./mqttca
	$(GO) build -trimpath -o mqttca .

test: ## all tests
	$(GO) test ./...

race: ## all tests with the race detector
	$(GO) test -race ./...

lint: ## formatting, vet, staticcheck, a tidy go.mod
	test -z "$$(gofmt -l .)" || { gofmt -d . ; exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=.ci/tools/go.mod staticcheck ./...
	$(GO) mod tidy -diff

golden: ## rewrite the golden files and the outputs that scripts expect
	$(GO) test ./pki ./cmd -update

bench: ## benchmarks, each beside its baseline
	$(GO) test -run '^$$' -bench . -benchtime 5s ./cmd
