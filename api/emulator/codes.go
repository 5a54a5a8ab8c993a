package emulator

import "time"

// codes are the registration codes of all instances. The book guards them.
type codes struct {
	rotate    bool
	singleUse bool
	lifetime  time.Duration // 0: for ever
	make      func() string

	current map[string]issuedCode // by instance
	used    map[string]bool
}

type issuedCode struct {
	text string
	at   time.Time
}

func newCodes(o Options) *codes {
	return &codes{
		rotate:    o.RotateCodes,
		singleUse: o.SingleUseCodes,
		lifetime:  o.CodeLifetime,
		make:      o.NewCode,
		current:   make(map[string]issuedCode),
		used:      make(map[string]bool),
	}
}

// fetch returns an instance's code, a new one where there is none or it is time for another.
//
// Invented: that without Options.RotateCodes and Options.CodeLifetime the code stays the same until a registration has used it.
func (c *codes) fetch(instance string, now time.Time) string {
	code, ok := c.current[instance]
	if !ok || c.rotate || c.expired(code, now) {
		code = issuedCode{c.make(), now}
		c.current[instance] = code
	}
	return code.text
}

func (c *codes) expired(code issuedCode, now time.Time) bool {
	return c.lifetime > 0 && now.Sub(code.at) >= c.lifetime
}

// check says why a code doesn't serve. One that has served is told from one that is merely wrong, and looked for first.
//
// Invented: that a code which has served at any instance counts as used at all of them, and that an expired code is an error like a
// wrong one.
func (c *codes) check(instance, text string, now time.Time) *refusal {
	code, ok := c.current[instance]
	switch {
	case text == "":
		return refuse(registerCodeError)
	case c.used[text]:
		return refuse(registerCodeUsed)
	case !ok || code.text != text || c.expired(code, now):
		return refuse(registerCodeError)
	}
	return nil
}

func (c *codes) spend(instance, text string) {
	c.used[text] = true
	delete(c.current, instance)
}

// refused spends the instance's code also where the submission was refused, if a code serves for one submission only.
func (c *codes) refused(instance, text string) {
	if c.singleUse && text != "" && c.current[instance].text == text {
		c.spend(instance, text)
	}
}
