package account

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// filesAPI is what the stack's files need of *s3.Client.
type filesAPI interface {
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	DeleteObjects(context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error)
}

// filesSuffix is what the name of the stack with the bucket ends in. The bucket has a stack of its own, since the main
// stack's template and function are read from it.
const filesSuffix = "-files"

// filesTemplate is the stack with the bucket.
var filesTemplate = Template{
	"AWSTemplateFormatVersion": "2010-09-09",
	"Description":              "Avatar Launcher: the bucket of the stack's template and of its function's package",
	"Resources": map[string]any{
		"Bucket": map[string]any{
			"Type": "AWS::S3::Bucket", "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete",
			"Properties": map[string]any{
				"BucketEncryption": map[string]any{"ServerSideEncryptionConfiguration": []any{
					map[string]any{"ServerSideEncryptionByDefault": map[string]any{"SSEAlgorithm": "AES256"}}}},
				"OwnershipControls": map[string]any{"Rules": []any{map[string]any{"ObjectOwnership": "BucketOwnerEnforced"}}},
				"PublicAccessBlockConfiguration": map[string]any{"BlockPublicAcls": true, "BlockPublicPolicy": true,
					"IgnorePublicAcls": true, "RestrictPublicBuckets": true},
			},
		},
		"BucketPolicy": map[string]any{
			"Type": "AWS::S3::BucketPolicy",
			"Properties": map[string]any{
				"Bucket": map[string]any{"Ref": "Bucket"},
				"PolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
					"Sid": "EncryptedTransportOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
					"Resource": []any{map[string]any{"Fn::GetAtt": []any{"Bucket", "Arn"}},
						map[string]any{"Fn::Sub": "${Bucket.Arn}/*"}},
					"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
				}}},
			},
		},
	},
	"Outputs": map[string]any{"Bucket": map[string]any{"Value": map[string]any{"Ref": "Bucket"}}},
}

// files is the account with the bucket's stack in place of the main one.
func (a *Account) files() *Account {
	b := *a
	b.Stack, b.Template, b.bucket = a.Stack+filesSuffix, filesTemplate, ""
	return &b
}

// FindBucket reports whether the stack's bucket is there. If it is, templates go there from then on.
func (a *Account) FindBucket(ctx context.Context) (bool, error) {
	f := a.files()
	s, err := f.describe(ctx, f.Stack)
	if err != nil {
		return false, problem(messages.New("account.cannotLookStackBucket"), err)
	}
	if s == nil || !f.ours(s) || output(s, "Bucket") == "" {
		return false, nil
	}
	a.bucket = output(s, "Bucket")
	return true, nil
}

// MakeBucket makes the stack's bucket, or brings it up to date, and reports each event.
func (a *Account) MakeBucket(ctx context.Context, report func(Event)) error {
	f := a.files()
	cs, err := f.Plan(ctx, Parameters{})
	if err != nil {
		return err
	}
	if len(cs.Changes) > 0 {
		if err := f.Deploy(ctx, cs, report); err != nil {
			return err
		}
	}
	found, err := a.FindBucket(ctx)
	if err != nil || found {
		return err
	}
	return &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("account.stackBucketNot"),
		Why:  messages.New("account.noOutputBucket", f.Stack),
		Next: messages.New("account.deleteStackCloudformationConsole")}
}

// Function is the package of the account's function.
type Function struct {
	Package []byte
	Hash    string // its SHA-256
}

// FunctionOf returns a function by its package.
func FunctionOf(data []byte) Function { return Function{data, hash(data)} }

// Upload puts the function's package into the bucket, unless it is there, and returns the parameters that make the
// stack use it.
func (a *Account) Upload(ctx context.Context, f Function) (Parameters, error) {
	given := a.Parameters(f)
	return given, a.put(ctx, given[functionKey], "application/zip", f.Package)
}

// Parameters returns the parameters that make the stack use a function.
func (a *Account) Parameters(f Function) Parameters {
	return Parameters{functionBucket: a.bucket, functionKey: "function-" + f.Hash + ".zip"}
}

// putTemplate puts a template into the bucket and returns its address for CloudFormation.
func (a *Account) putTemplate(ctx context.Context, body string) (string, error) {
	if a.bucket == "" {
		return "", &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.stackBucketNot"),
			Why:  messages.New("account.templateKeeperFunctionToo"),
			Next: messages.New("account.callSetupWithoutDry")}
	}
	key := "template-" + hash([]byte(body)) + ".json"
	if err := a.put(ctx, key, "application/json", []byte(body)); err != nil {
		return "", err
	}
	return "https://" + a.bucket + ".s3." + a.Region + ".amazonaws.com/" + key, nil
}

// put stores a file whose name has its hash, so one that is there is the same.
func (a *Account) put(ctx context.Context, key, kind string, data []byte) error {
	_, err := a.S3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &a.bucket, Key: &key})
	if err != nil {
		_, err = a.S3.PutObject(ctx, &s3.PutObjectInput{Bucket: &a.bucket, Key: &key, ContentType: &kind,
			Body: bytes.NewReader(data)})
	}
	if err == nil && !slices.Contains(a.used, key) {
		a.used = append(a.used, key)
	}
	return problem(messages.New("account.cannotStoreStackBucket", key), err)
}

// Prune deletes what earlier deployments left in the bucket. It must follow a deployment that used Upload.
func (a *Account) Prune(ctx context.Context) error {
	if a.bucket == "" || len(a.used) == 0 {
		return nil
	}
	return problem(messages.New("account.cannotDeleteOldFiles"), a.empty(ctx, func(key string) bool {
		return slices.Contains(a.used, key) || strings.HasPrefix(key, gatePrefix)
	}))
}

// removeFiles deletes the bucket with everything in it. It does nothing if there is none.
func (a *Account) removeFiles(ctx context.Context, report func(Event)) error {
	f := a.files()
	s, err := f.describe(ctx, f.Stack)
	if err != nil {
		return problem(messages.New("account.cannotLookStackBucket"), err)
	}
	if s == nil || !f.ours(s) {
		return nil
	}
	if a.bucket = output(s, "Bucket"); a.bucket != "" {
		if err := a.empty(ctx, func(string) bool { return false }); err != nil && code(err) != "NoSuchBucket" {
			return problem(messages.New("account.cannotEmptyStackBucket"), err)
		}
	}
	return f.deleteStack(ctx, s, report)
}

// empty deletes everything in the bucket but what is to be kept.
func (a *Account) empty(ctx context.Context, keep func(key string) bool) error {
	pages := s3.NewListObjectsV2Paginator(a.S3, &s3.ListObjectsV2Input{Bucket: &a.bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		var old []types.ObjectIdentifier
		for _, o := range page.Contents {
			if !keep(aws.ToString(o.Key)) {
				old = append(old, types.ObjectIdentifier{Key: o.Key})
			}
		}
		if len(old) == 0 {
			continue
		}
		out, err := a.S3.DeleteObjects(ctx,
			&s3.DeleteObjectsInput{Bucket: &a.bucket, Delete: &types.Delete{Objects: old, Quiet: aws.Bool(true)}})
		if err != nil {
			return err
		}
		if len(out.Errors) > 0 {
			return &backend.Problem{Kind: backend.KindDenied, What: messages.New("account.stackBucketCannotEmptied"),
				Why:  messages.Verbatim(aws.ToString(out.Errors[0].Key) + ": " + aws.ToString(out.Errors[0].Message) + "."),
				Next: messages.New("account.useAdministratorCredentialsEmpty")}
		}
	}
	return nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// FunctionChanges lists what the function adds to a stack that has none.
func (a *Account) FunctionChanges() []Change {
	var out []Change
	for name, r := range asMap(a.Template.at("Resources")) {
		if asMap(r)["Condition"] == hasFunction {
			kind, _ := asMap(r)["Type"].(string)
			out = append(out, Change{Action: "Add", Resource: name, Type: kind})
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return strings.Compare(a.Resource, b.Resource) })
	return out
}
