package workflow

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api"
	"mqttca/api/emulator"
)

// compared makes the tasks of an instance from what is wanted: true is active.
func compared(t *testing.T, i Instance, orders []Order, active ...bool) Worklist {
	t.Helper()
	var wanted []Row
	for n, order := range orders {
		wanted = append(wanted, Row{CA: order.Authority.CA, Active: active[n]})
	}
	rows, err := i.Compare(context.Background(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	list := Worklist{Instance: i}
	for n, row := range rows {
		task := Task{Row: row}
		if n < len(orders) {
			task.Authority, task.Name, task.Validity, task.Wait = orders[n].Authority, orders[n].Name, orders[n].Validity, orders[n].Wait
		}
		list.Tasks = append(list.Tasks, task)
	}
	return list
}

// Each action is done once, and what is as it is wanted, or nobody asked for, is left alone.
func TestRollout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, nil)
		orders := []Order{newOrder(t), newOrder(t), newOrder(t), newOrder(t), newOrder(t)}
		for n, order := range orders[:4] {
			if sn := s.mustRegister(t, order).Sn; n == 1 {
				if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
					t.Fatal(err)
				}
			}
		}
		var got []string
		rollout := Rollout{
			Instances: []Worklist{compared(t, s.instance, append(orders[:3:3], orders[4]), true, true, false, true)},
			Each:      time.Minute,
			Ended: func(instance, task int, r Result, err error) {
				got = append(got, fmt.Sprint(instance, task, " ", outcomeOf(r, err)))
			},
		}
		if err := rollout.Run(context.Background()); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"0 1 reactivated", "0 2 deactivated", "0 3 registered"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// The first failure ends a rollout that is to fail fast, and the rest is not tried.
func TestRolloutFailsFast(t *testing.T) {
	s := startService(t, emulator.Options{Deny: []string{"GetRegisterCode"}}, nil)
	var failures []error
	err := Rollout{
		Instances: []Worklist{compared(t, s.instance, []Order{newOrder(t), newOrder(t)}, true, true)},
		Each:      time.Minute,
		FailFast:  true,
		Ended:     func(_, _ int, _ Result, err error) { failures = append(failures, err) },
	}.Run(context.Background())
	if !errors.Is(err, errFailFast) || len(failures) != 2 || !is[*api.Error](failures[0]) || !is[*NotTriedError](failures[1]) {
		t.Errorf("%v: %v", err, failures)
	}
}
