package release

import "fmt"

// Facts is what AWS says about one target when a release is planned.
type Facts struct {
	Alias       Alias
	Stable      Version
	Candidate   Version
	Provisioned bool   // the alias has provisioned concurrency
	HolderEnded bool   // the execution that holds the lock, if any, has ended
	Frozen      string // why releases are frozen, or empty
}

// releasing is what a target is about to go through.
type releasing struct {
	by     Holder // the execution that releases
	force  bool   // the request says so
	splits bool   // the alias will serve two versions for a while
}

// checks refuse a target that must not be released, the most useful reason first.
// To add one, add a function to the list and a row to its test.
var checks = []func(Facts, releasing) error{
	lockedByAnother,
	frozen,
	stillMoving,
	leftByAnEndedRelease,
	splitByHand,
	servedAlready,
	notReady,
	failedBefore,
	otherRole,
	otherDeadLetter,
}

// check returns the error of the first check that refuses the target.
func (f Facts) check(r releasing) error {
	for _, refuse := range checks {
		if err := refuse(f, r); err != nil {
			return err
		}
	}
	return nil
}

// heldByAnother tells whether another execution has the lock.
func (f Facts) heldByAnother(r releasing) bool {
	lock := f.Alias.Description.Lock
	return !lock.IsZero() && lock != r.by
}

func lockedByAnother(f Facts, r releasing) error {
	if !f.heldByAnother(r) || f.HolderEnded {
		return nil
	}
	holder, err := f.Alias.Description.Lock.ExecutionARN(f.Alias.ARN)
	if err != nil {
		return err
	}
	return Errorf(AliasLocked, "%s is held by release %s. See it with: aws stepfunctions describe-execution --execution-arn %s",
		f.Alias.Target, f.Alias.Description.Lock.Execution, holder)
}

func frozen(f Facts, _ releasing) error {
	if f.Frozen == "" {
		return nil
	}
	return Errorf(Frozen, "%s is frozen: %s Rollbacks are not.", f.Alias.Target, f.Frozen)
}

func stillMoving(f Facts, _ releasing) error {
	if !f.Alias.StillMoving() {
		return nil
	}
	return stillMovingError(f.Alias)
}

func leftByAnEndedRelease(f Facts, r releasing) error {
	description := f.Alias.Description
	if !f.heldByAnother(r) || f.Alias.Route() == Whole(description.Stable) {
		return nil
	}
	return Errorf(NotYet, "%s has %s: release %s has ended without returning it to version %s. The repair does that within five minutes.",
		f.Alias.Target, f.Alias.Route(), description.Lock.Execution, description.Stable)
}

func splitByHand(f Facts, _ releasing) error {
	if f.Alias.Whole() {
		return nil
	}
	target := f.Alias.Target
	return Errorf(AliasNotWhole, "%s has %s; a release starts from a whole alias. Return it to one version first: "+
		"aws lambda update-alias --function-name %s --name %s --function-version %s --routing-config AdditionalVersionWeights={}",
		target, f.Alias.Route(), target.Function, target.Alias, f.Alias.Version)
}

func servedAlready(f Facts, _ releasing) error {
	if f.Candidate.Number != f.Stable.Number {
		return nil
	}
	return Errorf(NothingToRelease, "version is %s, which %s serves already; deploy or name another version.", f.Candidate.Number, f.Alias.Target)
}

func notReady(f Facts, _ releasing) error { return f.Candidate.ready(f.Alias.Target.Function) }

func failedBefore(f Facts, r releasing) error {
	if r.force || !f.Alias.Description.Failed.Has(f.Candidate.Number) {
		return nil
	}
	return Errorf(VersionFailedBefore, `version %s of %s was rolled back before; set "force": true to release it all the same.`, f.Candidate.Number, f.Alias.Target.Function)
}

// otherRole and otherDeadLetter keep what Lambda wants of the two versions of a
// weighted alias.
// https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
func otherRole(f Facts, r releasing) error {
	if !r.splits || f.Candidate.Role == f.Stable.Role {
		return nil
	}
	return Errorf(Incompatible, "versions %s and %s of %s have different execution roles (%s, %s), so an alias cannot split traffic between them; release with strategy all-at-once.",
		f.Stable.Number, f.Candidate.Number, f.Alias.Target.Function, f.Stable.Role, f.Candidate.Role)
}

func otherDeadLetter(f Facts, r releasing) error {
	if !r.splits || f.Candidate.DeadLetter == f.Stable.DeadLetter {
		return nil
	}
	return Errorf(Incompatible, "versions %s and %s of %s have different dead-letter settings (%q, %q), so an alias cannot split traffic between them; release with strategy all-at-once.",
		f.Stable.Number, f.Candidate.Number, f.Alias.Target.Function, f.Stable.DeadLetter, f.Candidate.DeadLetter)
}

// checked says what the checks found to be right, and warns.
func (f Facts) checked(splits bool) []string {
	name := f.Alias.Target.String()
	checks := []string{
		fmt.Sprintf("%s is whole on version %s and free", name, f.Stable.Number),
		fmt.Sprintf("%s: version %s is published, Active and fits version %s", name, f.Candidate.Number, f.Stable.Number),
	}
	if f.Provisioned {
		warning := "warning: " + name + " has provisioned concurrency: after the promotion, and after a rollback from it, Lambda keeps traffic on the version that was left until the other has its own"
		if splits {
			warning += "; while traffic is split, requests to the candidate may start cold, and the configuration cannot be changed"
		}
		checks = append(checks, warning)
	}
	return checks
}
