package credentials

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the environment says of STS is no fault of a profile.
func TestSTSRegionOfTheEnvironment(t *testing.T) {
	const role = `"mode": "RamRoleArn", "access_key_id": "i", "access_key_secret": "s", "ram_role_arn": "r"`
	for name, tt := range map[string]struct {
		config string
		env    map[string]string
	}{
		"OIDC of the environment": {"", map[string]string{EnvRoleARN: "r", EnvOIDCProviderARN: "p", EnvOIDCTokenFile: "f", EnvSTSRegion: "evil.example/#"}},
		"a profile without one":   {`{"current": "p", "profiles": [{"name": "p", ` + role + `}]}`, map[string]string{EnvSTSRegion: "evil.example/#"}},
	} {
		t.Run(name, func(t *testing.T) {
			home(t, tt.config, tt.env)
			_, err := Find(Search{})
			want := &Error{Reason: `ALIBABA_CLOUD_STS_REGION is "evil.example/#": a region is written like cn-hangzhou`, Advice: "correct the variable, or unset it"}
			if diff := cmp.Diff(error(want), err); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestSTSHost(t *testing.T) {
	tests := []struct {
		role role
		env  map[string]string
		want string
	}{
		{role{}, nil, "sts.aliyuncs.com"},
		{role{VPC: true}, nil, "sts.aliyuncs.com"},
		{role{Region: "cn-hangzhou"}, nil, "sts.cn-hangzhou.aliyuncs.com"},
		{role{Region: "cn-hangzhou", VPC: true}, nil, "sts-vpc.cn-hangzhou.aliyuncs.com"},
		{role{vpcRegion: "cn-beijing"}, nil, "sts-vpc.cn-beijing.aliyuncs.com"},
		{role{vpcRegion: "cn-beijing", Region: "cn-hangzhou"}, nil, "sts-vpc.cn-hangzhou.aliyuncs.com"},
		{role{vpcRegion: "cn-beijing"}, map[string]string{EnvSTSRegion: "eu-west-1"}, "sts-vpc.eu-west-1.aliyuncs.com"},
		{role{vpcRegion: "cn-beijing", Endpoint: "sts.own"}, nil, "sts.own"},
		{role{}, map[string]string{EnvSTSRegion: "eu-west-1", EnvVPCEndpoints: "true"}, "sts-vpc.eu-west-1.aliyuncs.com"},
		{role{Region: "cn-hangzhou"}, map[string]string{EnvSTSRegion: "eu-west-1"}, "sts.cn-hangzhou.aliyuncs.com"},
	}
	for _, tt := range tests {
		home(t, "", tt.env)
		if got := tt.role.stsHost(); got != tt.want {
			t.Errorf("%+v with %v: %s, want %s", tt.role, tt.env, got, tt.want)
		}
	}
}

// STS is asked where the vendor's CLI asks it.
func TestSTSEndpoint(t *testing.T) {
	for _, tt := range []struct {
		role role
		env  string
		want string
	}{
		{role{}, "", "sts.aliyuncs.com"},
		{role{}, "sts-vpc.cn-hangzhou.aliyuncs.com", "sts-vpc.cn-hangzhou.aliyuncs.com"},
		{role{Region: "cn-beijing"}, " https://sts.example:8443/ ", "sts.example:8443"},
		{role{Endpoint: "http://sts.profile"}, "sts.example", "sts.profile"},
		{role{Endpoint: "sts.profile/path"}, "", `no usable credentials: a test has an sts_endpoint which is not a host name`},
		{role{}, "user@sts.example", "ALIBABA_CLOUD_STS_ENDPOINT is not a host name"},
		{role{}, "sts.example:port", "ALIBABA_CLOUD_STS_ENDPOINT is not a host name"},
	} {
		home(t, "", map[string]string{EnvSTSEndpoint: tt.env})
		got := tt.role.stsHost()
		if err := tt.role.check("a test"); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%+v, %q: got %s, want %s", tt.role, tt.env, got, tt.want)
		}
	}
	home(t, `{"profiles": [{"name": "a", "mode": "RamRoleArn", "external_id": "own"}, {"name": "b", "mode": "RamRoleArn", "sts_endpoint": "sts.profile"}]}`,
		map[string]string{"ALIBABACLOUD_EXTERNAL_ID": "x"})
	var got []string
	for _, name := range []string{"a", "b"} {
		p, _, err := findProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p.role.externalID()+" "+p.role.Endpoint)
	}
	if diff := cmp.Diff([]string{"own ", "x sts.profile"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A role whose own credentials cannot be had says why, and asks nobody.
func TestRoleOverNothing(t *testing.T) {
	home(t, "", nil)
	none := &Error{Reason: "the source is empty"}
	source := newRenewed("the source", func(context.Context) (Credentials, error) { return Credentials{}, none })
	provider, err := newRole("a test", role{ARN: "a"}, source)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Credentials(context.Background()); err != none {
		t.Errorf("got %v, want %v", err, none)
	}
}
