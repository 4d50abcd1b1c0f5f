package account

import "context"

// gatePrefix begins the names of the gate's programs in the bucket. Prune leaves them: an instance that was launched
// before may still fetch an older one.
const gatePrefix = "avatar-agent-"

// UploadGate puts the gate's program into the bucket, unless it is there, and returns the parameters that make
// instances fetch it.
func (a *Account) UploadGate(ctx context.Context, program []byte) (Parameters, error) {
	given := a.GateParameters(program)
	return given, a.put(ctx, gatePrefix+hash(program), "application/octet-stream", program)
}

// GateParameters returns the parameters that make instances fetch the gate's program.
func (a *Account) GateParameters(program []byte) Parameters {
	sum := hash(program)
	return Parameters{"Agent": a.bucket + "/" + gatePrefix + sum, "AgentSum": sum}
}

// System returns the operating system of the instances: what the parameters say, else what the stack has.
func (a *Account) System(ctx context.Context, p Parameters) string {
	if p["OperatingSystem"] == "" {
		if made, err := a.Outputs(ctx); err == nil {
			return made.OperatingSystem
		}
	}
	return a.Template.value(p, "OperatingSystem")
}
