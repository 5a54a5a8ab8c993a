package workflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mqttca/api"
	"mqttca/api/emulator"
)

// Every pair of what is wanted and what is listed, from one list.
func TestCompare(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	active, inactive, absent, unwanted := newOrder(t), newOrder(t), newOrder(t), newOrder(t)
	for _, order := range []Order{active, inactive, unwanted} {
		sn := s.mustRegister(t, order).Listed.Sn
		if order.Authority == inactive.Authority {
			if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
				t.Fatal(err)
			}
		}
	}
	double, second := twin(t, unwanted), twin(t, absent)
	var wanted []Row
	for _, order := range []Order{absent, double, second, active, inactive} {
		for _, state := range []bool{true, false} {
			wanted = append(wanted, Row{CA: order.Authority.CA, Active: state})
		}
	}
	before := len(s.Requests())
	rows, err := s.instance.Compare(context.Background(), wanted)
	if err != nil || s.operationsSince(before) != "ListCaCertificate" {
		t.Fatalf("%s, %v", s.operationsSince(before), err)
	}
	var got []string
	for _, row := range rows {
		line := string(row.Action)
		if row.Listed != nil {
			line += fmt.Sprint(" listed, active: ", row.Listed.Active)
		}
		if row.Err != nil {
			line += fmt.Sprintf(" %T", row.Err)
		}
		got = append(got, line)
	}
	want := []string{
		"register", "nothing", "register *workflow.SerialConflictError", "nothing", "register *workflow.SerialConflictError", "nothing",
		"nothing listed, active: true", "deactivate listed, active: true", "reactivate listed, active: false", "nothing listed, active: false",
		"drift listed, active: true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// In a state that nobody knows a CA is neither active nor inactive.
func TestCompareUnknownState(t *testing.T) {
	order := newOrder(t)
	body := fmt.Sprintf(`{"RequestId":"r","Data":{"Total":1,"PageSize":100,"CaCertificateVOS":[{"Sn":"12","Status":"2","CaContent":%q}]}}`, order.Authority.PEM())
	s := startService(t, emulator.Options{}, func(w http.ResponseWriter, _ *http.Request, _ http.Handler) bool { return answer(w, 200, body) })
	rows, err := s.instance.Compare(context.Background(), []Row{{CA: order.Authority.CA, Active: true}, {CA: order.Authority.CA}})
	if err != nil || len(rows) != 2 || rows[0].Action != ToReactivate || rows[1].Action != ToDeactivate {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestCompareFails(t *testing.T) {
	s := startService(t, emulator.Options{Deny: []string{"ListCaCertificate"}}, nil)
	rows, err := s.instance.Compare(context.Background(), []Row{{CA: newOrder(t).Authority.CA}})
	if refusal, ok := errors.AsType[*api.Error](err); !ok || refusal.Code != "NoPermission" || rows != nil {
		t.Errorf("%+v, %v", rows, err)
	}
}
