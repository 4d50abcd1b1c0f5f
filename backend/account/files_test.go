package account

import (
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// bucket is a bucket of S3's that answers the real client: an object by its path.
type bucket struct {
	mu      sync.Mutex
	objects map[string]string
	puts    []string
}

func (b *bucket) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/files"), "/")
	switch {
	case r.Method == http.MethodHead:
		if _, ok := b.objects[key]; !ok {
			return respond(r, 404, ""), nil
		}
		return respond(r, 200, ""), nil
	case r.Method == http.MethodPut:
		body, err := io.ReadAll(r.Body)
		b.objects[key] = string(body)
		b.puts = append(b.puts, key)
		return respond(r, 200, ""), err
	case r.Method == http.MethodPost && r.URL.Query().Has("delete"):
		var wanted struct {
			Object []struct{ Key string }
		}
		if err := xml.NewDecoder(r.Body).Decode(&wanted); err != nil {
			return nil, err
		}
		for _, o := range wanted.Object {
			delete(b.objects, o.Key)
		}
		return respond(r, 200, "<DeleteResult></DeleteResult>"), nil
	}
	list := ""
	for key := range b.objects {
		list += "<Contents><Key>" + key + "</Key></Contents>"
	}
	return respond(r, 200, "<ListBucketResult>"+list+"</ListBucketResult>"), nil
}

func (b *bucket) client() *s3.Client {
	return s3.NewFromConfig(aws.Config{Region: "us-east-1", BaseEndpoint: aws.String("http://s3"),
		HTTPClient:  &http.Client{Transport: b},
		Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", "")}, func(o *s3.Options) {
		o.UsePathStyle = true
	})
}

// filesStack is the stack that has the bucket.
var filesStack = stack("CREATE_COMPLETE",
	ourTag+"<Outputs><member><OutputKey>Bucket</OutputKey><OutputValue>files</OutputValue></member></Outputs>")

// TestTheFunctionAndALongTemplateGoByTheBucket, each once under its hash, and an old package is deleted afterwards.
func TestTheFunctionAndALongTemplateGoByTheBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bucket{objects: map[string]string{"function-old.zip": "old"}}
		w := &wire{answers: map[string][]string{"DescribeStacks": {filesStack}, "CreateChangeSet": {"<Id>1</Id>"},
			"DescribeChangeSet": {"<Status>FAILED</Status><StatusReason>The submitted information didn't contain " +
				"changes.</StatusReason>"},
			"DeleteChangeSet": {""}, "DeleteStack": {""}}}
		a := w.account(t)
		a.S3 = b.client()
		if err := a.MakeBucket(t.Context(), func(Event) {}); err != nil {
			t.Fatal(err)
		}
		if form := w.sent["CreateChangeSet"]; form.Get("StackName") != "avatar-launcher-files" ||
			form.Get("TemplateBody") == "" {
			t.Errorf("the bucket's stack is %v", form)
		}
		f := FunctionOf([]byte("zip"))
		given, err := a.Upload(t.Context(), f)
		if err != nil || given["FunctionBucket"] != "files" || given["FunctionKey"] != "function-"+f.Hash+".zip" {
			t.Fatalf("%v, %v", given, err)
		}
		w.answers["DescribeStacks"] = []string{noStack}
		for range 2 {
			if _, err := a.Upload(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Plan(t.Context(), given); err != nil {
				t.Fatal(err)
			}
		}
		form := w.sent["CreateChangeSet"]
		url := form.Get("TemplateURL")
		key := url[strings.LastIndexByte(url, '/')+1:]
		if form.Get("TemplateBody") != "" || !strings.HasPrefix(url, "https://files.s3.us-east-1.amazonaws.com/template-") ||
			!strings.Contains(b.objects[key], "KeeperFunction") {
			t.Errorf("the template is at %q, and the bucket has %d files", url, len(b.objects))
		}
		if len(b.puts) != 2 {
			t.Errorf("uploaded: %v, want each file once", b.puts)
		}
		if err := a.Prune(t.Context()); err != nil || len(b.objects) != 2 || b.objects["function-old.zip"] != "" {
			t.Errorf("after pruning: %v, %v", b.objects, err)
		}
	})
}

// TestWithoutTheFunctionTheTemplateGoesWithTheRequest, and has nothing of it.
func TestWithoutTheFunctionTheTemplateGoesWithTheRequest(t *testing.T) {
	w := &wire{answers: map[string][]string{"DescribeStacks": {noStack}, "CreateChangeSet": {"<Id>1</Id>"},
		"DescribeChangeSet": {planned}}}
	a := w.account(t)
	if _, err := a.Plan(t.Context(), Parameters{"ZoneName": "avatar.example.com"}); err != nil {
		t.Fatal(err)
	}
	if body := w.sent["CreateChangeSet"].Get("TemplateBody"); body == "" || strings.Contains(body, "AWS::Lambda") {
		t.Errorf("the body has %d bytes, with the function", len(body))
	}
	changes := a.FunctionChanges()
	if !slices.ContainsFunc(changes, func(c Change) bool {
		return c.Type == "AWS::Lambda::Function"
	}) || len(changes) < 10 {
		t.Errorf("the function would add %v", changes)
	}
}

// TestRemoveTakesTheBucketAway with what is in it, also if a setup that failed has left it alone.
func TestRemoveTakesTheBucketAway(t *testing.T) {
	for name, answers := range map[string][]string{
		"with the stack": {stack("ROLLBACK_COMPLETE", ourTag), noStack, filesStack, noStack},
		"alone":          {noStack, noStack, filesStack, filesStack, noStack},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := &bucket{objects: map[string]string{"function-1.zip": "zip", "template-1.json": "{}"}}
			w := &wire{answers: map[string][]string{"DescribeStacks": answers, "DescribeStackEvents": {stackEvents()},
				"DeleteStack": {""}}}
			a := w.account(t)
			a.S3 = b.client()
			if err := a.Remove(t.Context(), false, func(Event) {}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if len(b.objects) != 0 || !slices.Contains(w.asked, "DeleteStack") {
				t.Errorf("%s: left %v after %v", name, b.objects, w.asked)
			}
		})
	}
}
