package cmd

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The fields of every JSON document, spelled out: scripts rely on them.
var jsonFields = []struct {
	document any
	title    string // in the README
	want     string
}{
	{receipt{}, "`register`, `rehearse`, `submit`, `confirm`, and a receipt", `
		format run_id tool_version endpoint vendor_endpoint emulated access_key_id instance_id outcome ca verification_certificate request_id
		requests started_at ended_at clock_offset_seconds error`},
	{caDocument{}, "`ca`, and each of `ca_certificates`", `
		name sn active subject serial_number sha256 not_before not_after registration_code`},
	{requestDocument{}, "each of `requests`", `operation request_id http_status code`},
	{failure{}, "an error, and `error`", `type message hint exit_code reason retry outcome code request_id http_status`},
	{codeDocument{}, "`code`", `endpoint vendor_endpoint emulated instance_id registration_code request_id`},
	{signDocument{}, "`sign`", `registration_code verification_certificate serial_number not_before not_after file`},
	{listDocument{}, "`list`", `endpoint vendor_endpoint emulated instance_id ca_certificates`},
	{showDocument{}, "`show`", `endpoint vendor_endpoint emulated instance_id ca ca_certificate verification_certificate`},
	{changeDocument{}, "`activate`, `deactivate`, `delete`", `endpoint vendor_endpoint emulated instance_id outcome ca device_certificates request_id`},
	{devicesDocument{}, "`devices`", `endpoint vendor_endpoint emulated instance_id ca device_certificates`},
	{deviceShowDocument{}, "`devices show`", `endpoint vendor_endpoint emulated instance_id ca device device_certificate`},
	{deviceChangeDocument{}, "`devices activate`, `devices deactivate`, `devices delete`", `endpoint vendor_endpoint emulated instance_id outcome ca device request_id`},
	{sweepDocument{}, "the same with `--all`", `endpoint vendor_endpoint emulated instance_id outcome ca device_certificates`},
	{deviceDocument{}, "`device`, and each of `device_certificates` of `devices`", `name sn active subject serial_number sha256 not_before not_after ca_sn`},
	{instancesDocument{}, "`instances`", `endpoint vendor_endpoint emulated instances unanswered_regions`},
	{instanceDocument{}, "each of `instances`", `instance_id name region type status created expires`},
	{checkDocument{}, "`check`", `ca pair verification findings online errors warnings`},
	{probeDocument{}, "each of `online`", `probe state message advice`},
	{examinedDocument{}, "`ca` of `check`", `
		file subject issuer self_signed x509_version serial_number sha256 not_before not_after key signature path_length`},
	{pairDocument{}, "`pair`", `ca_key key`},
	{verificationDocument{}, "`verification`", `
		file subject issuer self_signed x509_version serial_number sha256 not_before not_after key signature path_length registration_code`},
	{findingDocument{}, "each of `findings`", `severity rule object message meaning advice source`},
	{emulateDocument{}, "`emulate`", `url instance_id environment`},
	{signingRequest{}, "a request (`code --request-out`)", `format region endpoint instance_id ca_name registration_code fetched_at`},
	{bundle{}, "a bundle (`sign --bundle-out`)", `format request ca_certificate ca_sha256 verification_certificate verification_sha256`},
	{versionDocument{}, "`version`", `version commit modified go platform cgo hsm key_sources`},
}

func TestJSONFields(t *testing.T) {
	for _, tt := range jsonFields {
		want := strings.Fields(tt.want)
		if diff := cmp.Diff(want, fieldsOf(reflect.TypeOf(tt.document))); diff != "" {
			t.Errorf("%T: -want +got\n%s", tt.document, diff)
		}
		row := "| " + tt.title + " | `" + strings.Join(want, "` `") + "` |\n"
		if !strings.Contains(readme(t), row) {
			t.Errorf("the README should have the row\n%s", row)
		}
	}
}

// fieldsOf is the names of a document's fields as encoding/json writes them.
func fieldsOf(document reflect.Type) []string {
	var names []string
	for i := range document.NumField() {
		field := document.Field(i)
		if field.Anonymous {
			names = append(names, fieldsOf(field.Type)...)
			continue
		}
		if field.IsExported() {
			names = append(names, field.Tag.Get("json"))
		}
	}
	return names
}

// A list without entries is [], not null, and an outcome is one of the README's.
func TestJSONOfNothing(t *testing.T) {
	data, err := encode(listDocument{CACertificates: []caDocument{}})
	if err != nil || !strings.Contains(string(data), `"ca_certificates": []`) {
		t.Errorf("%s, %v", data, err)
	}
	for outcome := range changeWords {
		if !strings.Contains(readme(t), "`"+string(outcome)+"`") {
			t.Errorf("the README lacks the outcome %s", outcome)
		}
	}
	for outcome := range outcomeWords {
		if !strings.Contains(readme(t), "`"+string(outcome)+"`") {
			t.Errorf("the README lacks the outcome %s", outcome)
		}
	}
}
