package api

import (
	"cmp"
	"context"
	"net/http"
)

const uriAdvice = "check that the server behind the URI runs, and that it answers with AccessKeyId, AccessKeySecret, SecurityToken and Expiration"

// newURISource fetches credentials from a URI of the user's own. credentials-go would
// follow a redirect from there to anywhere, and in plain http.
func newURISource(source, uri string) (CredentialsProvider, error) {
	u, err := secureURL(source, "address", uri)
	if err := cmp.Or(err, checkExternal(source)); err != nil {
		return nil, err
	}
	client := fetchClient(temporaryPatience)
	from := fetching{source, u.Host, uriAdvice}
	return newRenewed(source, func(ctx context.Context) (Credentials, error) {
		found, err := askURI(ctx, client, u.String())
		if err != nil {
			return Credentials{}, from.failed(ctx, err)
		}
		return found, nil
	}), nil
}

func askURI(ctx context.Context, client *http.Client, uri string) (Credentials, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return Credentials{}, err
	}
	body, err := fetchBody(client, req)
	if err != nil {
		return Credentials{}, err
	}
	return decodeTemporary(body)
}
