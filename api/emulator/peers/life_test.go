package peers

import (
	"crypto/x509"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mqttca/api/emulator"
)

// TestLife leads a CA and its device through their whole life with each runtime: over http and TLS, with an AccessKey and temporary
// credentials, by GET and by POST, with the parameters of POST in the query and in a form. With -v it prints which calls each made.
func TestLife(t *testing.T) {
	made := table{}
	for _, p := range allPeers {
		for _, withTLS := range []bool{false, true} {
			for _, key := range []emulator.Credential{plainKey, stsKey} {
				for _, way := range []string{"GET", "POST", "POST in a form"} {
					name := strings.Join([]string{p.name, map[bool]string{false: "http", true: "TLS"}[withTLS], key.AccessKeyID, way}, " ")
					t.Run(name, func(t *testing.T) {
						l := &life{t: t, peer: p, key: key, service: start(t, withTLS, nil), made: made}
						l.method, _, l.inForm = strings.Cut(way, " in a ")
						l.lead()
					})
				}
			}
		}
	}
	for _, p := range allPeers {
		for _, operation := range emulator.Operations() {
			if made.of(p.name) > 0 && made[operation+" GET"][p.name]+made[operation+" POST"][p.name] == 0 {
				t.Errorf("%s never called %s", p.name, operation)
			}
		}
	}
	t.Logf("calls that each runtime made, over http and TLS, with an AccessKey and temporary credentials:\n%s", made)
}

// A life is that of a CA and its device, as one runtime leads it.
type life struct {
	t    *testing.T
	peer peer
	key  emulator.Credential
	*service
	method string // of the operations that have two
	inForm bool   // the parameters of a POST are in a form
	made   table
}

type values = map[string]string

// do sends a call of an operation and wants it to succeed.
func (l *life) do(action, method string, parameters values) map[string]any {
	l.t.Helper()
	answer, err := l.send(action, method, parameters)
	if err != nil {
		l.t.Fatalf("%s by %s: %v", action, method, err)
	}
	l.made.add(action+" "+method, l.peer.name)
	return answer
}

// refused sends a call and wants it to be refused with a code.
func (l *life) refused(code, action, method string, parameters values) {
	l.t.Helper()
	_, err := l.send(action, method, parameters)
	if err == nil || l.peer.code(err) != code {
		l.t.Fatalf("%s by %s: %v, want %s", action, method, err, code)
	}
	l.made.add("refused with "+code, l.peer.name)
}

func (l *life) send(action, method string, parameters values) (map[string]any, error) {
	parameters = maps.Clone(parameters)
	if parameters == nil {
		parameters = values{}
	}
	if action != "ListInstances" && action != "GetCallerIdentity" && parameters["MqttInstanceId"] == "" {
		parameters["MqttInstanceId"] = instanceID
	}
	return l.peer.send(l.t, l.service, l.key, call{action, method, parameters, l.inForm && method == http.MethodPost})
}

func (l *life) want(what string, got, want any) {
	l.t.Helper()
	if !reflect.DeepEqual(want, got) {
		l.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func (l *life) lead() {
	if account := l.do("GetCallerIdentity", l.method, nil)["AccountId"]; account != emulator.DefaultAccount {
		l.t.Errorf("account %v", account)
	}
	instances := l.do("ListInstances", l.method, values{"Tags": "[]"})["Instances"].([]any)
	l.want("instance", instances[0].(map[string]any)["InstanceId"], instanceID)
	sni := values{"DefaultCertificate": "15-cn-hangzhou", "SniConfig": "*.mqtt.example.com#16-cn-hangzhou#secret;b.example.com#17"}
	l.want("SetSniConfig", l.do("SetSniConfig", http.MethodPost, sni)["Success"], "true")
	sni["SniConfig"] = "*.mqtt.example.com"
	l.refused("ParameterFieldCheckFailed", "SetSniConfig", http.MethodPost, sni)

	groups := l.do("ListGroupId", http.MethodGet, values{"InstanceId": instanceID})["Data"].([]any)
	l.want("group", groups[0].(map[string]any)["GroupId"], emulator.DefaultGroup)

	ca := newAuthority(l.t)
	named := l.register(ca)
	device := ca.device(l.t)
	l.changeCA(device, named)
	l.changeDevice(device, values{"CaSn": named["Sn"], "DeviceSn": "00:35:62:17:37:44:33"})

	l.want("DeleteCaCertificate", l.do("DeleteCaCertificate", l.method, named)["Sn"], named["Sn"])
	l.refused("FindCaBySnError", "GetCaCertificate", http.MethodGet, named)
	l.want("book", l.Registrations(), []emulator.Registration{})
}

func (l *life) register(ca authority) values {
	code := l.do("GetRegisterCode", http.MethodGet, nil)["RegisterCode"].(string)
	submission := values{"CaName": "a b*~/+é&=", "CaContent": ca.pem(), "VerificationContent": ca.verification(l.t, code)}
	sn, _ := l.do("RegisterCaCertificate", l.method, submission)["Sn"].(string)
	if book := l.Registrations(); len(book) != 1 || book[0].Sn != sn || book[0].Name != "a b*~/+é&=" {
		l.t.Fatalf("Sn %q, book %+v", sn, book)
	}
	l.refused("RegisterCodeUsed", "RegisterCaCertificate", l.method, submission)
	submission["VerificationContent"] = ca.verification(l.t, l.do("GetRegisterCode", http.MethodGet, nil)["RegisterCode"].(string))
	l.refused("SnNotUnique", "RegisterCaCertificate", l.method, submission)
	submission["VerificationContent"] = ca.verification(l.t, "wrong")
	l.refused("RegisterCodeError", "RegisterCaCertificate", l.method, submission)
	submission["CaContent"] = "no certificate"
	l.refused("CertificateContentError", "RegisterCaCertificate", l.method, submission)
	l.refused("MqttInstanceNotFound", "GetRegisterCode", http.MethodGet, values{"MqttInstanceId": "post-cn-nowhere"})
	l.refused("InstanceNotFound", "ListGroupId", http.MethodGet, values{"InstanceId": "post-cn-nowhere"})
	l.refused("MqttOwnerCheckError", "GetRegisterCode", http.MethodGet, values{"MqttInstanceId": foreignID})
	return values{"Sn": sn}
}

func (l *life) changeCA(device *x509.Certificate, named values) {
	data := l.do("ListCaCertificate", http.MethodGet, values{"PageNo": "1", "PageSize": "100"})["Data"].(map[string]any)
	l.want("Total", data["Total"], "1")
	l.want("ListCaCertificate", data["CaCertificateVOS"].([]any)[0], l.do("GetCaCertificate", http.MethodGet, named)["Data"])
	l.refused("ParameterFieldCheckFailed", "ListCaCertificate", http.MethodGet, values{"PageNo": "1", "PageSize": "101"})

	l.want("InactivateCaCertificate", l.do("InactivateCaCertificate", l.method, named)["Sn"], named["Sn"])
	if got := l.Connect(instanceID, device); got != emulator.CAInactive {
		l.t.Errorf("a new device under an inactive CA: %v", got)
	}
	l.want("ActiveCaCertificate", l.do("ActiveCaCertificate", l.method, named)["Sn"], named["Sn"])
	if err := l.Connect(instanceID, device); err != nil {
		l.t.Errorf("a new device under an active CA: %v", err)
	}
}

func (l *life) changeDevice(device *x509.Certificate, named values) {
	byCA := values{"CaSn": named["CaSn"], "PageNo": "1", "PageSize": "10"}
	got := l.do("GetDeviceCertificate", http.MethodGet, named)["Data"]
	for _, listing := range []map[string]any{
		l.do("ListDeviceCertificateByCaSn", http.MethodGet, byCA), l.do("ListDeviceCertificate", http.MethodGet, values{"PageNo": "1", "PageSize": "10"}),
	} {
		l.want("listed devices", listing["Data"].(map[string]any)["DeviceCertificateVOS"], []any{got})
	}
	byCA["CaSn"] = "00"
	l.refused("FindDeviceBySnError", "ListDeviceCertificateByCaSn", http.MethodGet, byCA)

	for _, step := range []struct {
		action string
		want   error // of a connection after it
	}{{"InactivateDeviceCertificate", emulator.DeviceInactive}, {"ActiveDeviceCertificate", nil}, {"DeleteDeviceCertificate", nil}} {
		l.want(step.action, l.do(step.action, l.method, named)["DeviceSn"], named["DeviceSn"])
		if step.action == "DeleteDeviceCertificate" {
			l.refused("FindDeviceBySnError", "GetDeviceCertificate", http.MethodGet, named)
		}
		if got := l.Connect(instanceID, device); got != step.want {
			l.t.Errorf("a connection after %s: %v, want %v", step.action, got, step.want)
		}
	}
}

// A table has which runtimes made a call.
type table map[string]map[string]int

func (t table) add(row, peer string) {
	if t[row] == nil {
		t[row] = map[string]int{}
	}
	t[row][peer]++
}

// of is how many calls a runtime made: none if it is not installed.
func (t table) of(peer string) (calls int) {
	for _, row := range t {
		calls += row[peer]
	}
	return calls
}

func (t table) String() string {
	var b strings.Builder
	b.WriteString("| call |")
	for _, p := range allPeers {
		fmt.Fprintf(&b, " %s |", p.name)
	}
	for _, row := range slices.Sorted(maps.Keys(t)) {
		fmt.Fprintf(&b, "\n| %s |", row)
		for _, p := range allPeers {
			fmt.Fprintf(&b, " %d |", t[row][p.name])
		}
	}
	return b.String()
}
