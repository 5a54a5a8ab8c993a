package cmd

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"mqttca/cmd/topics"
)

// manifests are the objects of the topic kubernetes, in its order.
func manifests(t *testing.T) (all []map[string]any) {
	topic, _ := topics.Find("kubernetes")
	for _, m := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```").FindAllStringSubmatch(topic.Text, -1) {
		decoder := yaml.NewDecoder(strings.NewReader(m[1]))
		for {
			var object map[string]any
			err := decoder.Decode(&object)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, object)
		}
	}
	return all
}

// at is the value below keys and indexes.
func at(object any, path ...any) any {
	for _, key := range path {
		switch value := object.(type) {
		case map[string]any:
			name, _ := key.(string)
			object = value[name]
		case []any:
			index, ok := key.(int)
			if !ok || index >= len(value) {
				return nil
			}
			object = value[index]
		default:
			return nil
		}
	}
	return object
}

// The objects of the topic fit together, and the commands of their containers run: with the
// files of the secret, and the manifest of the fleet, where they are mounted.
func TestTopicOfKubernetes(t *testing.T) {
	var lines strings.Builder
	lines.WriteString("mkdir ca\nopenssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=Plant CA' -days 3650 -keyout ca/tls.key -out ca/tls.crt\n")
	lines.WriteString("mkdir -p fleet/..1\ncp ca/* fleet/..1\nln -s ..1 fleet/..data\nfor f in tls.key tls.crt mqttca.yaml; do ln -s ..data/$f fleet/$f; done\n") // as a volume has them
	count := 0
	for i, object := range manifests(t) {
		kind, namespace := at(object, "kind"), at(object, "metadata", "namespace")
		if kind == nil {
			text, err := yaml.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			lines.WriteString("cat >fleet/mqttca.yaml <<'YAML'\n" + string(text) + "YAML\n")
			continue
		}
		if first := kind == "Namespace"; first != (i == 0) || !first && namespace != "onboarding" {
			t.Errorf("%v %v comes as number %d, in namespace %v", kind, at(object, "metadata", "name"), i, namespace)
		}
		job := at(object, "spec")
		if kind == "CronJob" {
			job = at(job, "jobTemplate", "spec")
		}
		args, ok := at(job, "template", "spec", "containers", 0, "args").([]any)
		if !ok {
			continue
		}
		count++
		lines.WriteString("mqttca")
		for _, arg := range args {
			lines.WriteString(" " + strings.TrimPrefix(arg.(string), "/"))
		}
		lines.WriteString("\n")
	}
	if count != 2 {
		t.Errorf("%d containers found", count)
	}
	runShell(t, lines.String())
}
