package cli

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/messages"
)

// giveGate uploads the gate's program and sets the parameters that make instances fetch it. A dry run does not upload
// it. An object that --set Agent=… names is used as it is; a stack that has a gate keeps it if there is no program.
func (f *setupFlags) giveGate(ctx context.Context, a *account.Account, out *printer, into account.Parameters) error {
	if into["Agent"] != "" {
		return nil
	}
	program, err := readGate(f.gate, a.System(ctx, into))
	if err != nil {
		return err
	}
	if program == nil {
		out.fact(map[string]any{"type": "gate", "uploaded": false}, i18n.Text("commands.setup.noGate"))
		return nil
	}
	if f.dryRun {
		there, err := a.FindBucket(ctx)
		if there {
			maps.Copy(into, a.GateParameters(program))
		}
		out.fact(map[string]any{"type": "gate", "uploaded": false, "bytes": len(program)},
			i18n.Text("commands.setup.gateWouldUpload", len(program)))
		return err
	}
	if err := a.MakeBucket(ctx, out.event); err != nil {
		return err
	}
	given, err := a.UploadGate(ctx, program)
	if err != nil {
		return err
	}
	maps.Copy(into, given)
	out.fact(map[string]any{"type": "gate", "uploaded": true, "sha256": given["AgentSum"]},
		i18n.Text("commands.setup.gateUploaded", given["AgentSum"]))
	return nil
}

// readGate reads the gate's program: the file that --gate names, or the one beside the program. It returns nil if none
// is named and none is there.
func readGate(named, system string) ([]byte, error) {
	file := named
	if file == "" {
		name := "avatar-agent-linux-amd64"
		if system == "windows" {
			name = "avatar-agent-windows-amd64.exe"
		}
		file = besideProgram(name)
	}
	program, err := os.ReadFile(file)
	if named == "" && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("cli.gateProgramCannotRead"),
			Why:  i18n.Sentence(err.Error()),
			Next: messages.New("cli.nameAnotherFileGate"), Cause: err}
	}
	return program, nil
}
