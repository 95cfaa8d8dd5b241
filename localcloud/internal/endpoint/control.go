package endpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/fault"
	"weir/localcloud/internal/iam"
	"weir/localcloud/internal/pattern"
)

// ControlHeader must be in every request of the control API, reads too, with any
// value. A web page cannot send it.
const ControlHeader = "X-Weir-Control"

// onlyWithHeader serves requests that have the ControlHeader.
func onlyWithHeader(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(ControlHeader) == "" {
			http.Error(w, `{"Message":"the control API wants the header `+ControlHeader+`: 1, which no web page can send"}`, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// The control API drives a running cloud from another process, by JSON over
// HTTP below /_weir/, with the ControlHeader:
//
//	GET    health              what runs
//	GET    clock               the cloud time and its pace
//	POST   clock               {"Speed": 60}, or {"Advance": "10m"} for a stepped clock
//	GET    faults              the faults on request, with their hits
//	POST   faults              adds one; answers its ID
//	DELETE faults?id=3         ends one, or all without an id
//	POST   events              {"Lose": {"source": ["aws.states"]}, "Twice": true}: loses the
//	                           events that a pattern matches, delivers the others twice
//	POST   versions            {"Function": "f", "Version": "2", "State": "Pending", "For": "2m"}:
//	                           puts a version in a state
//	GET    permissions         what roles are granted and how often it was used
//	GET    permissions?unused  only what was never used
func (c *Cloud) control(mux *http.ServeMux) {
	handle := func(pattern string, do func(r *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := do(r)
			c.answer(w, answer, err)
		})
	}
	handle("GET "+controlPath+"health", func(*http.Request) (any, error) { return c.Health(), nil })
	handle("GET "+controlPath+"clock", func(*http.Request) (any, error) { return c.time(), nil })
	handle("POST "+controlPath+"clock", c.setTime)
	handle("GET "+controlPath+"faults", func(*http.Request) (any, error) { return c.faults(), nil })
	handle("POST "+controlPath+"faults", c.addFault)
	handle("DELETE "+controlPath+"faults", c.removeFault)
	handle("POST "+controlPath+"events", c.disturbEvents)
	handle("POST "+controlPath+"versions", c.setVersionState)
	handle("GET "+controlPath+"permissions", c.permissions)
}

func (c *Cloud) answer(w http.ResponseWriter, answer any, err error) {
	status := http.StatusOK
	if err != nil {
		status, answer = http.StatusBadRequest, map[string]string{"Message": err.Error()}
		if awsErr, ok := errors.AsType[*api.Error](err); ok {
			status, answer = awsErr.HTTPStatus(), map[string]string{"Message": awsErr.Message}
		}
	}
	text, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(append(text, '\n')); err != nil {
		c.options.Log.Debug("answer not delivered", "error", err.Error())
	}
}

// read decodes a request of the control API; misspelt members are refused.
func read(r *http.Request, into any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	return nil
}

// Health is what runs.
type Health struct {
	URL       string
	Account   string
	Region    string
	Time      time.Time // cloud time
	Speed     float64
	Services  []string
	Processes int // function processes
}

// Health tells what runs.
func (c *Cloud) Health() Health {
	health := Health{
		URL: c.URL(), Account: c.options.Env.Account, Region: c.options.Env.Region,
		Time: c.clock.Now(), Speed: c.clock.Speed(), Processes: c.Lambda.ProcessCount(),
	}
	for _, service := range c.bus.Services() {
		health.Services = append(health.Services, service.Name)
	}
	return health
}

// timeAnswer is what GET and POST clock answer.
type timeAnswer struct {
	Time  time.Time
	Speed float64 // cloud seconds a second; 0 for a stepped clock
}

func (c *Cloud) time() timeAnswer { return timeAnswer{Time: c.clock.Now(), Speed: c.clock.Speed()} }

func (c *Cloud) setTime(r *http.Request) (any, error) {
	var wanted struct {
		Speed   *float64
		Advance *string
	}
	if err := read(r, &wanted); err != nil {
		return nil, err
	}
	stepped := c.clock.Speed() == 0
	switch {
	case (wanted.Speed == nil) == (wanted.Advance == nil):
		return nil, errors.New("give either Speed or Advance")
	case wanted.Speed != nil && (stepped || *wanted.Speed <= 0):
		return nil, errors.New("speed is a positive number, for a running clock")
	case wanted.Speed != nil:
		c.clock.SetSpeed(*wanted.Speed)
		return c.time(), nil
	case !stepped:
		return nil, errors.New("only a stepped clock can be advanced; set Speed instead")
	}
	duration, err := time.ParseDuration(*wanted.Advance)
	if err != nil || duration < 0 {
		return nil, fmt.Errorf("advance by %q: want a duration such as 90s or 10m", *wanted.Advance)
	}
	c.clock.Advance(duration)
	return c.time(), nil
}

// disturbEvents sets what happens to events from now on: nothing where a member
// is left out.
func (c *Cloud) disturbEvents(r *http.Request) (any, error) {
	var wanted struct {
		Lose  json.RawMessage
		Twice bool
	}
	if err := read(r, &wanted); err != nil {
		return nil, err
	}
	var lose func(event map[string]any) bool
	if len(wanted.Lose) > 0 {
		parsed, err := pattern.Parse(string(wanted.Lose))
		if err != nil {
			return nil, fmt.Errorf("lose: %w", err)
		}
		lose = parsed.Matches
	}
	c.Events.Lose(lose)
	c.Events.Repeat(wanted.Twice)
	return map[string]any{}, nil
}

// faultJSON is a fault.Rule with its delay as text.
type faultJSON struct {
	fault.Rule
	Delay string `json:",omitempty"`
}

func (c *Cloud) faults() []faultJSON {
	list := []faultJSON{}
	for _, rule := range c.Faults.Rules() {
		one := faultJSON{Rule: rule}
		if rule.Delay > 0 {
			one.Delay = rule.Delay.String()
		}
		list = append(list, one)
	}
	return list
}

func (c *Cloud) addFault(r *http.Request) (any, error) {
	var wanted faultJSON
	if err := read(r, &wanted); err != nil {
		return nil, err
	}
	if wanted.Delay != "" {
		delay, err := time.ParseDuration(wanted.Delay)
		if err != nil {
			return nil, fmt.Errorf("delay %q: want a duration such as 500ms", wanted.Delay)
		}
		wanted.Rule.Delay = delay
	}
	service, ok := c.bus.Service(wanted.Service)
	if !ok {
		return nil, fmt.Errorf("the local cloud has no service %q", wanted.Service)
	}
	if _, ok := service.Operations[wanted.Operation]; !ok && wanted.Operation != "" {
		return nil, fmt.Errorf("the local cloud's %s has no operation %q", wanted.Service, wanted.Operation)
	}
	id, err := c.Faults.Add(wanted.Rule)
	return map[string]int{"ID": id}, err
}

func (c *Cloud) removeFault(r *http.Request) (any, error) {
	text := r.URL.Query().Get("id")
	if text == "" {
		c.Faults.Clear()
		return c.faults(), nil
	}
	id, err := strconv.Atoi(text)
	if err != nil || !c.Faults.Remove(id) {
		return nil, api.StatusErrorf(http.StatusNotFound, "NotFound", "there is no fault %q", text)
	}
	return c.faults(), nil
}

func (c *Cloud) permissions(r *http.Request) (any, error) {
	if r.URL.Query().Has("unused") {
		return append([]iam.Grant{}, c.IAM.Unused()...), nil
	}
	return append([]iam.Grant{}, c.IAM.Grants()...), nil
}
