GO ?= go

.PHONY: build test race lint cross golden bench soak fuzz peers zlint release-parts release-snapshot release-twice

build: ## the program, as ./mqttca
	$(GO) build -trimpath -o mqttca .

# go test without -v is silent about what it skips.
SKIPPED = $(GO) run ./.ci/skipped

test: ## all tests, with a line for each that is skipped
	$(GO) test -json ./... | $(SKIPPED)

race: ## all tests with the race detector; vet is for lint
	$(GO) test -json -race -vet=off ./... | $(SKIPPED)

lint: ## formatting, vet, staticcheck, a tidy go.mod
	test -z "$$(gofmt -l .)" || { gofmt -d . ; exit 1; }
	$(GO) vet ./... ./.ci/skipped
	$(GO) tool -modfile=.ci/tools/go.mod staticcheck ./... ./.ci/skipped
	$(GO) mod tidy -diff

SYSTEMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
cross: ## the program for every system and processor of a release, without cgo, to see that it builds
	@for system in $(SYSTEMS); do \
		echo $$system; \
		CGO_ENABLED=0 GOOS=$${system%/*} GOARCH=$${system#*/} $(GO) build -o /dev/null . || exit 1; \
	done

golden: ## rewrite the golden files and the outputs that scripts expect
	$(GO) test ./pki ./cmd -update

bench: ## benchmarks, each beside its baseline
	$(GO) test -run '^$$' -bench . -benchtime 5s ./cmd ./pki

soak: ## 2,000 registrations and 400 fleets under random faults, each compared with the emulator's book
	$(GO) test -count=1 -v -run TestSoak ./cmd/workflow -soak 2000

FUZZTIME ?= 2m
fuzz: ## every fuzzer for FUZZTIME
	$(GO) test ./api -run '^$$' -fuzz FuzzAnswer -fuzztime $(FUZZTIME)
	$(GO) test ./api -run '^$$' -fuzz FuzzSignature -fuzztime $(FUZZTIME)
	$(GO) test ./pki -run '^$$' -fuzz FuzzCertificates -fuzztime $(FUZZTIME)
	$(GO) test ./pki -run '^$$' -fuzz FuzzKey -fuzztime $(FUZZTIME)
	$(GO) test ./pki -run '^$$' -fuzz FuzzArchive -fuzztime $(FUZZTIME)
	$(GO) test ./pki -run '^$$' -fuzz FuzzCode -fuzztime $(FUZZTIME)
	$(GO) test ./cmd/workflow -run '^$$' -fuzz FuzzSnEqual -fuzztime $(FUZZTIME)
	$(GO) test ./cmd/manifest -run '^$$' -fuzz FuzzRead -fuzztime $(FUZZTIME)
	$(GO) test ./api/emulator -run '^$$' -fuzz FuzzBroker -fuzztime $(FUZZTIME)

peers: ## the vendor's own runtimes and an MQTT client against the emulator, and a table of the calls that each made
	cd api/emulator/peers/node && npm ci --ignore-scripts --no-audit --no-fund || echo "SKIP the runtimes for Node.js: npm could not fetch them"
	cd api/emulator/peers && $(GO) vet ./... && $(GO) mod tidy -diff
	$(GO) test -C api/emulator/peers -json ./... | $(SKIPPED)
	@$(GO) test -C api/emulator/peers -v -run TestLife . | grep '^ *|'

zlint: ## a linter's judgement of the golden certificates, in a module of its own
	cd pki/zlint && $(GO) vet ./... && $(GO) test ./... && $(GO) mod tidy -diff

release-parts: ## what makes man pages, completions and licenses, in a module of its own
	cd .ci/release && $(GO) vet ./... && $(GO) test ./... && $(GO) mod tidy -diff

GORELEASER ?= $(GO) run github.com/goreleaser/goreleaser/v2@v2.16.0
SKIP ?= --skip=ko
release-snapshot: ## in dist, what a release of this commit consists of; SKIP= with the image
	$(GORELEASER) release --snapshot --clean $(SKIP)

release-twice: ## build that a second time, elsewhere and from nothing, and compare
	.ci/release/build-again '$(GORELEASER)'
