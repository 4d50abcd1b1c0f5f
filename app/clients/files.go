package clients

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// filesClient is *s3.Client with the operations that setup calls; see clients.go.
type filesClient struct {
	head   call[s3.HeadObjectInput, s3.HeadObjectOutput, s3.Options]
	put    call[s3.PutObjectInput, s3.PutObjectOutput, s3.Options]
	list   call[s3.ListObjectsV2Input, s3.ListObjectsV2Output, s3.Options]
	delete call[s3.DeleteObjectsInput, s3.DeleteObjectsOutput, s3.Options]
}

// Files makes a client for the stack's bucket over an HTTP client whose calls may take as long as an upload.
func Files(cfg aws.Config, http aws.HTTPClient) *filesClient {
	c := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.HTTPClient = http
		o.UsePathStyle = o.BaseEndpoint != nil // what stands in for AWS has no name for each bucket
	})
	return &filesClient{c.HeadObject, c.PutObject, c.ListObjectsV2, c.DeleteObjects}
}

func (c *filesClient) HeadObject(
	ctx context.Context,
	in *s3.HeadObjectInput,
	with ...func(*s3.Options),
) (*s3.HeadObjectOutput, error) {
	return c.head(ctx, in, with...)
}

func (c *filesClient) PutObject(
	ctx context.Context,
	in *s3.PutObjectInput,
	with ...func(*s3.Options),
) (*s3.PutObjectOutput, error) {
	return c.put(ctx, in, with...)
}

func (c *filesClient) ListObjectsV2(
	ctx context.Context,
	in *s3.ListObjectsV2Input,
	with ...func(*s3.Options),
) (*s3.ListObjectsV2Output, error) {
	return c.list(ctx, in, with...)
}

func (c *filesClient) DeleteObjects(
	ctx context.Context,
	in *s3.DeleteObjectsInput,
	with ...func(*s3.Options),
) (*s3.DeleteObjectsOutput, error) {
	return c.delete(ctx, in, with...)
}
