package main

import (
	"strings"
	"testing"
)

func TestShow(t *testing.T) {
	const (
		pass = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: some log\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:2: SKIP: a part, for want of it\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:1: SKIP: no tool\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:2: its log\n"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t1s\n"}
{"Action":"pass","Package":"p"}
`
		skipped = "SKIP p TestA: a part, for want of it\nSKIP p TestB: no tool\nSKIP p TestC: no reason given\n"
		fail    = `{"Action":"output","Package":"q","Test":"TestD","Output":"    d_test.go:1: wrong\n"}
{"Action":"output","Package":"q","Test":"TestD","Output":"--- FAIL: TestD (0.00s)\n"}
{"Action":"fail","Package":"q","Test":"TestD"}
{"Action":"output","Package":"q","Test":"TestE","Output":"panic: oh\n"}
{"Action":"output","Package":"q","Output":"FAIL\tq\t1s\n"}
{"Action":"fail","Package":"q"}
`
		failed = "    d_test.go:1: wrong\n--- FAIL: TestD (0.00s)\npanic: oh\nFAIL\tq\t1s\n"
		broken = `{"ImportPath":"r","Action":"build-output","Output":"r.go:1: syntax error\n"}
{"Action":"output","Package":"r","Output":"FAIL\tr [build failed]\n"}
{"Action":"fail","Package":"r"}
`
	)
	tests := []struct {
		name, in string
		passed   bool
		out      string
	}{
		{"passed", pass, true, "ok  \tp\t1s\n" + skipped},
		{"failed", pass + fail, false, "ok  \tp\t1s\n" + failed + skipped},
		{"not built", broken, false, "r.go:1: syntax error\nFAIL\tr [build failed]\n"},
		{"no JSON", "go: no such tool\n", false, "go: no such tool\n"},
		{"nothing", "", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			if passed := show(strings.NewReader(tt.in), &out); passed != tt.passed || out.String() != tt.out {
				t.Errorf("passed %v\n got %q\nwant %q", passed, out.String(), tt.out)
			}
		})
	}
}
