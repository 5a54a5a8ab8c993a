package cmd

import (
	"fmt"

	"mqttca/api"
)

// An ecsRole is the flag --ecs-role[=NAME].
type ecsRole struct {
	asked bool
	name  string // "" to have the metadata service name it
}

// anyECSRole stands for the flag without a name: no role is called so.
const anyECSRole = "*"

func (r *ecsRole) Set(text string) error {
	if text == "" {
		return fmt.Errorf("the name is empty")
	}
	r.asked, r.name = true, text
	if text == anyECSRole {
		r.name = ""
	}
	return nil
}

func (r *ecsRole) String() string { return r.name }

// Type is what the help calls the value.
func (r *ecsRole) Type() string { return "name" }

// search is where the flags say that credentials are.
func (a *app) search() api.Search {
	return api.Search{Profile: a.profile, ECSRole: a.ecsRole.asked, ECSRoleName: a.ecsRole.name}
}
