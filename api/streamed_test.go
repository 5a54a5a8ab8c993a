package api

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What is too long for a certificate is none, and other texts are cut.
func TestEntryHasLimits(t *testing.T) {
	entry := caCertificateVO{CaCertificate: CaCertificate{
		Sn: strings.Repeat("1", 8<<20), CaName: strings.Repeat("n", 8<<20), RegistrationCode: strings.Repeat("c", 8<<20),
		CaContent: strings.Repeat("A", maxCertificate+1), VerificationContent: strings.Repeat("A", maxCertificate),
	}}.certificate()
	if len(entry.Sn) > 600 || len(entry.CaName) > 600 || len(entry.RegistrationCode) > 600 || entry.CaContent != "" || len(entry.VerificationContent) != maxCertificate {
		t.Errorf("%d, %d, %d, %d, %d bytes", len(entry.Sn), len(entry.CaName), len(entry.RegistrationCode), len(entry.CaContent), len(entry.VerificationContent))
	}
}

// The end of the context ends a listing between two entries, and a reader ends it, too.
func TestListingEnds(t *testing.T) {
	client, requests := servePages(t, 100, numbered(1, 100), numbered(101, 100))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read := 0
	for _, err := range client.ListCaCertificate(ctx, "i") {
		if read++; read == 3 {
			cancel()
		}
		if read == 4 && (err == nil || !strings.HasSuffix(err.Error(), ": interrupted")) || read > 4 {
			t.Errorf("entry %d behind the end: %v", read, err)
		}
	}
	for range client.ListCaCertificate(t.Context(), "i") {
		break
	}
	if requests.Load() != 2 {
		t.Errorf("%d requests for two first pages", requests.Load())
	}
}

// A limiter holds requests back, also those that are sent again, and says so if the time
// does not suffice.
func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 0, func(_ int, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, done) })
		b.config.Limiter = NewLimiter(150)
		start := time.Now()
		for range 25 + 150 {
			b.GetRegisterCode(t.Context(), "i")
		}
		if took := time.Since(start); took < 990*time.Millisecond || took > 1010*time.Millisecond || len(b.requests) != 175 {
			t.Errorf("%d requests in %v", len(b.requests), took)
		}
		b.config.Limiter = NewLimiter(1)
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		var err error
		for err == nil {
			_, err = b.GetRegisterCode(ctx, "i")
		}
		const want = "GetRegisterCode for instance i got no usable answer from 127.0.0.1:1: the time ran out before the request was sent (limit: 1 requests a second)"
		if err.Error() != want || MaybeDone(err) {
			t.Error(err)
		}
	})
}
