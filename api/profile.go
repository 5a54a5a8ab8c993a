package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aliyun/credentials-go/credentials/providers"
)

// maxConfigBytes bounds what is read of the CLI's configuration.
const maxConfigBytes = 1 << 20

// A Profile is one identity in the configuration of the vendor's CLI.
type Profile struct {
	Name     string
	RegionID string

	mode            string
	accessKeyID     string
	accessKeySecret Secret
	securityToken   Secret
}

// configuration is the part of ~/.aliyun/config.json that is read here.
type configuration struct {
	Current  string `json:"current"`
	Profiles []struct {
		Name            string `json:"name"`
		Mode            string `json:"mode"`
		AccessKeyID     string `json:"access_key_id"`
		AccessKeySecret string `json:"access_key_secret"`
		SecurityToken   string `json:"sts_token"`
		RegionID        string `json:"region_id"`
	} `json:"profiles"`
}

// ReadProfile reads a profile of ~/.aliyun/config.json, or of the file that
// ALIBABA_CLOUD_CONFIG_FILE names: the one of this name, else the one that
// ALIBABA_CLOUD_PROFILE names, else the current one. It fails with a
// [*CredentialsError], which never repeats what the file holds.
func ReadProfile(name string) (Profile, error) {
	if name == "" {
		if strings.EqualFold(os.Getenv(EnvProfileDisabled), "true") {
			return Profile{}, noProfile("the environment has no AccessKey, and " + EnvProfileDisabled + " keeps profiles out")
		}
		name = os.Getenv(EnvProfile)
	}
	path, err := configPath()
	if err != nil {
		return Profile{}, noCredentials("there is no home directory to look for .aliyun/config.json in")
	}
	config, err := readConfiguration(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Profile{}, noConfiguration(name, path)
	}
	if err != nil {
		return Profile{}, err
	}
	return config.profile(name, path)
}

func configPath() (string, error) {
	if path := os.Getenv(EnvConfigFile); path != "" {
		return path, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".aliyun", "config.json"), err
}

// readConfiguration parses the file itself: the library's error for a malformed
// one repeats it whole, secrets included.
func readConfiguration(path string) (configuration, error) {
	var config configuration
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return config, err
	}
	if err != nil {
		return config, noCredentials(fmt.Sprintf("%s cannot be read", path))
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxConfigBytes))
	if err != nil {
		return config, noCredentials(fmt.Sprintf("%s cannot be read", path))
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if err := json.Unmarshal(data, &config); err != nil {
		return config, noCredentials(fmt.Sprintf("%s is not the JSON that the aliyun CLI writes", path))
	}
	return config, nil
}

func (c configuration) profile(name, path string) (Profile, error) {
	if name == "" {
		name = c.Current
	}
	for _, p := range c.Profiles {
		if p.Name == name {
			return Profile{
				Name:            p.Name,
				RegionID:        p.RegionID,
				mode:            p.Mode,
				accessKeyID:     p.AccessKeyID,
				accessKeySecret: Secret(p.AccessKeySecret),
				securityToken:   Secret(p.SecurityToken),
			}, nil
		}
	}
	return Profile{}, noCredentials(fmt.Sprintf("%s has no profile %q", path, name))
}

// credentials asks credentials-go for what the profile's mode means. Every field is
// checked before: its builders fill an empty one from the environment, and that
// would be another identity.
func (p Profile) credentials() (CredentialsProvider, error) {
	source := fmt.Sprintf("profile %q", p.Name)
	switch {
	case p.mode != "AK" && p.mode != "StsToken":
		return nil, noCredentials(fmt.Sprintf("%s has mode %q, and only AK and StsToken are read", source, p.mode))
	case p.accessKeyID == "" || p.accessKeySecret == "":
		return nil, noCredentials(source + " lacks access_key_id or access_key_secret")
	case p.mode == "StsToken" && p.securityToken == "":
		return nil, noCredentials(source + " has mode StsToken but no sts_token")
	case p.mode == "StsToken":
		provider, err := providers.NewStaticSTSCredentialsProviderBuilder().
			WithAccessKeyId(p.accessKeyID).
			WithAccessKeySecret(string(p.accessKeySecret)).
			WithSecurityToken(string(p.securityToken)).
			Build()
		return libraryProvider(source, provider, err)
	}
	provider, err := providers.NewStaticAKCredentialsProviderBuilder().
		WithAccessKeyId(p.accessKeyID).
		WithAccessKeySecret(string(p.accessKeySecret)).
		Build()
	return libraryProvider(source, provider, err)
}

func noConfiguration(name, path string) error {
	if name != "" {
		return noCredentials(fmt.Sprintf("there is no %s to hold profile %q", path, name))
	}
	return noProfile("the environment has no AccessKey, and there is no " + path)
}

func noProfile(reason string) error {
	return &CredentialsError{Reason: reason, Advice: howToProvide, absent: true}
}

func noCredentials(reason string) error {
	return &CredentialsError{Reason: reason, Advice: howToProvide}
}
