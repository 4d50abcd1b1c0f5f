package cli

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/messages"
)

// functionFile is the package of the account's function, beside the program.
const functionFile = "function.zip"

// readFunction reads the function's package: the file that --function names, or the one beside the program.
func readFunction(named string) (account.Function, error) {
	file := named
	if file == "" {
		file = besideProgram(functionFile)
	}
	data, err := os.ReadFile(file)
	if err == nil {
		return account.FunctionOf(data), nil
	}
	p := &backend.Problem{Kind: backend.KindConfig, What: messages.New("cli.keeperFunctionPackageCannot"),
		Why:  i18n.Sentence(err.Error()),
		Next: messages.New("cli.nameFunctionFileBuild"), Cause: err}
	if named == "" && errors.Is(err, fs.ErrNotExist) {
		p.Why = messages.New("cli.noFunctionZipBeside")
	}
	return account.Function{}, p
}

// besideProgram returns where a file of the installation is: beside the program, or where a Linux package or the
// application for macOS puts it.
func besideProgram(name string) string {
	program, err := os.Executable()
	if err != nil {
		return name
	}
	if real, err := filepath.EvalSymlinks(program); err == nil {
		program = real
	}
	beside := filepath.Join(filepath.Dir(program), name)
	elsewhere := map[string]string{"linux": "../share/avatar-launcher", "darwin": "../Resources"}[runtime.GOOS]
	if _, err := os.Stat(beside); err != nil && elsewhere != "" {
		shared := filepath.Join(filepath.Dir(program), elsewhere, name)
		if _, err := os.Stat(shared); err == nil {
			return shared
		}
	}
	return beside
}

// giveFunction uploads the function's package and sets the parameters that make the stack use it. A dry run does not
// upload it. It reports whether the plan has the function.
func (f *setupFlags) giveFunction(ctx context.Context, a *account.Account, out *printer,
	into account.Parameters) (bool, error) {
	if f.noKeeper {
		into["FunctionBucket"] = ""
		return false, nil
	}
	function, err := readFunction(f.function)
	if err != nil {
		return false, err
	}
	there, err := a.FindBucket(ctx)
	if err != nil {
		return false, err
	}
	fact := map[string]any{"type": "function", "sha256": function.Hash, "bytes": len(function.Package),
		"uploaded": !f.dryRun}
	if f.dryRun {
		out.fact(fact, i18n.Text("commands.setup.functionWouldUpload", len(function.Package), function.Hash))
		if there {
			maps.Copy(into, a.Parameters(function))
		}
		return there, nil
	}
	if err := a.MakeBucket(ctx, out.event); err != nil {
		return false, err
	}
	given, err := a.Upload(ctx, function)
	if err != nil {
		return false, err
	}
	maps.Copy(into, given)
	out.fact(fact, i18n.Text("commands.setup.functionUploaded", function.Hash))
	return true, nil
}

// keeperText says who keeps the pool, for people.
func keeperText(made *account.Outputs) string {
	switch {
	case made.KeeperFunction == "":
		return i18n.Text("commands.setup.noFunction")
	case made.AlarmsTo == "":
		return i18n.Text("commands.setup.functionNoAlarms", made.KeeperFunction)
	}
	return i18n.Text("commands.setup.functionAlarms", made.KeeperFunction, made.AlarmsTo)
}
