package credentials

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// row is what a table of the topic says of a name.
type row struct{ prefixes, here string }

// topicRows are the rows of a section's table, by each name in their first column.
func topicRows(t *testing.T, section string) map[string]row {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "cmd", "topics", "credentials.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## "+section+"\n")
	table, _, _ = strings.Cut(table, "\n## ")
	rows := map[string]row{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		found := row{here: regexp.MustCompile(`^[a-z]+`).FindString(strings.TrimSpace(cells[len(cells)-1]))}
		if len(cells) > 2 {
			found.prefixes = strings.TrimSpace(cells[1])
		}
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[0], -1) {
			rows[name[1]] = found
		}
	}
	if len(rows) == 0 {
		t.Fatalf("no table in %q", section)
	}
	return rows
}

// The topic says of each variable what the code does with it.
func TestTopicOfVariables(t *testing.T) {
	rows := topicRows(t, "Variables")
	want := map[string]row{}
	for _, v := range slices.Concat(identityVariables, settingVariables, []variable{regionVariable}) {
		own := row{here: "error"}
		if v.read > 0 {
			own.here = "read"
			for _, prefix := range generations[1:v.read] {
				own.prefixes = strings.TrimSpace(own.prefixes + " `" + prefix + "`")
			}
		}
		want[v.name] = own
		for _, other := range v.others {
			want[other] = row{here: "error"}
		}
	}
	for name, own := range want {
		if rows[name] != own {
			t.Errorf("%s: %+v, want %+v", name, rows[name], own)
		}
	}
	for name, found := range rows {
		if _, known := want[name]; !known && found.here != "ignored" {
			t.Errorf("%s is %s, and the code does not know it", name, found.here)
		}
	}
}

// The variables that the vendor's CLI (3.4.11 of July 2026, without its single tools) and
// credentials-go (1.4.14) read all stand in the topic.
func TestTopicHasTheVendorsVariables(t *testing.T) {
	rows := topicRows(t, "Variables")
	for suffix := range strings.FieldsSeq(`ACCESS_KEY_ID ACCESS_KEY_SECRET BEARER_TOKEN BEARER_TOKEN_HEADER_KEY CALL_CONTEXT_SKIP_PRODUCTS CLI_PROFILE_DISABLED
		CONFIG_FILE CONNECT_TIMEOUT CREDENTIALS_FILE CREDENTIALS_URI DISABLE_EXTERNAL_PROCESS ECS_IMDSV2_ENABLE ECS_METADATA ECS_METADATA_DISABLED ENDPOINT
		ENDPOINT_TYPE EXTERNAL_ACCOUNT_TYPE EXTERNAL_ID IGNORE_PROFILE IMDSV1_DISABLED LANGUAGE OIDC_PROVIDER_ARN OIDC_TOKEN OIDC_TOKEN_FILE
		ORIGINAL_PRODUCT_HELP OTEL_BAGGAGE OTEL_ENABLED OTEL_TRACEPARENT PRICING_ENDPOINT PRICING_HOST PROFILE PROFILE_MODE READ_TIMEOUT REGION_ID RETRY_COUNT
		ROLE_ARN ROLE_SESSION_NAME SAFETY_POLICY_ENABLED SAFETY_POLICY_RULES SAFETY_SKIP_CONFIRM SECURE_TRANSPORT SECURITY_TOKEN SOURCE_IP SSO_CLIENT_ID
		STS_ENDPOINT STS_REGION THROTTLING_RETRY_ENABLED THROTTLING_RETRY_MAX_ATTEMPTS THROTTLING_RETRY_MAX_DELAY_MS USER_AGENT VENDOR VPC_ENDPOINT_ENABLED`) {
		if rows["ALIBABA_CLOUD_"+suffix].here == "" {
			t.Errorf("ALIBABA_CLOUD_%s is missing", suffix)
		}
	}
}

// The topic has the keys that are read, of the CLI's profiles and of the INI file's sections, and
// the others that the vendor's CLI writes.
func TestTopicOfKeys(t *testing.T) {
	rows, ini := topicRows(t, "Keys of config.json"), topicRows(t, "Keys of the INI file")
	var read []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[profile]()) {
		if name := field.Tag.Get("json"); name != "" {
			read = append(read, name)
		}
	}
	for name, found := range rows {
		if isRead := found.here == "read"; isRead != slices.Contains(read, name) {
			t.Errorf("%s is %s", name, found.here)
		}
	}
	for _, name := range read {
		if rows[name].here != "read" {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range iniKeys {
		if ini[name].here != "read" {
			t.Errorf("%s of the INI file is missing", name)
		}
	}
}
