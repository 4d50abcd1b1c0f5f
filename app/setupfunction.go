package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
)

// functionFile is the package of the account's function, beside the program.
const functionFile = "function.zip"

// filesClient is *s3.Client with the operations that setup calls; see clients.go.
type filesClient struct {
	head   call[s3.HeadObjectInput, s3.HeadObjectOutput, s3.Options]
	put    call[s3.PutObjectInput, s3.PutObjectOutput, s3.Options]
	list   call[s3.ListObjectsV2Input, s3.ListObjectsV2Output, s3.Options]
	delete call[s3.DeleteObjectsInput, s3.DeleteObjectsOutput, s3.Options]
}

// newFiles makes a client for the stack's bucket. Uploads may take longer than other calls.
func newFiles(cfg aws.Config, http *awshttp.BuildableClient) *filesClient {
	c := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.HTTPClient = http.WithTimeout(10 * time.Minute)
		o.UsePathStyle = o.BaseEndpoint != nil // what stands in for AWS has no name for each bucket
	})
	return &filesClient{c.HeadObject, c.PutObject, c.ListObjectsV2, c.DeleteObjects}
}

func (c *filesClient) HeadObject(ctx context.Context, in *s3.HeadObjectInput, with ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return c.head(ctx, in, with...)
}

func (c *filesClient) PutObject(ctx context.Context, in *s3.PutObjectInput, with ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	return c.put(ctx, in, with...)
}

func (c *filesClient) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, with ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return c.list(ctx, in, with...)
}

func (c *filesClient) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput, with ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error) {
	return c.delete(ctx, in, with...)
}

// readFunction reads the function's package: the file that --function names, or the one beside the program.
func readFunction(named string) (account.Function, error) {
	file := named
	if file == "" {
		file = besideProgram()
	}
	data, err := os.ReadFile(file)
	if err == nil {
		return account.FunctionOf(data), nil
	}
	p := &backend.Problem{Kind: backend.KindConfig, What: "The keeper function's package couldn't be read", Why: i18n.Sentence(err.Error()),
		Next: "Name it by --function FILE (build/aws/function/build makes it), or leave the function out by --no-keeper: then somebody in the group " +
			"keeper has to be signed in for the pool to be kept.", Cause: err}
	if named == "" && errors.Is(err, fs.ErrNotExist) {
		p.Why = "There is no " + functionFile + " beside the program."
	}
	return account.Function{}, p
}

// besideProgram returns where the package is installed: beside the program, or where a Linux package puts it.
func besideProgram() string {
	program, err := os.Executable()
	if err != nil {
		return functionFile
	}
	if real, err := filepath.EvalSymlinks(program); err == nil {
		program = real
	}
	beside := filepath.Join(filepath.Dir(program), functionFile)
	if _, err := os.Stat(beside); err != nil && runtime.GOOS == "linux" {
		shared := filepath.Join(filepath.Dir(program), "..", "share", "avatar-launcher", functionFile)
		if _, err := os.Stat(shared); err == nil {
			return shared
		}
	}
	return beside
}

// giveFunction uploads the function's package and sets the parameters that make the stack use it. A dry run does not
// upload it. It reports whether the plan has the function.
func (f *setupFlags) giveFunction(ctx context.Context, a *account.Account, out *printer, into account.Parameters) (bool, error) {
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
	fact := map[string]any{"type": "function", "sha256": function.Hash, "bytes": len(function.Package), "uploaded": !f.dryRun}
	if f.dryRun {
		out.fact(fact, fmt.Sprintf("The keeper function's package (%d bytes, SHA-256 %s) would be uploaded to the stack's bucket.",
			len(function.Package), function.Hash))
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
	out.fact(fact, "The keeper function's package is uploaded; its SHA-256 is "+function.Hash)
	return true, nil
}

// keeperText says who keeps the pool, for people.
func keeperText(made *account.Outputs) string {
	switch {
	case made.KeeperFunction == "":
		return "No function keeps the pool: somebody in the group keeper has to be signed in from time to time."
	case made.AlarmsTo == "":
		return "The function " + made.KeeperFunction + " keeps the pool. Nobody is told of its alarms: name somebody by --set BudgetEmail=ADDRESS."
	}
	return "The function " + made.KeeperFunction + " keeps the pool. Alarms go to " + made.AlarmsTo + ", once they have confirmed AWS's mail."
}
