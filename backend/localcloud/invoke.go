package localcloud

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/iam"
	"avatar-launcher/backend/localcloud/scheduler"
	"avatar-launcher/backend/localcloud/wire"
)

// targets are the X-Amz-Target prefixes of the JSON services.
var targets = map[string]string{
	"cognito-idp": "AWSCognitoIdentityProviderService", "cognito-identity": "AWSCognitoIdentityService",
	"dynamodb": "DynamoDB_20120810", "kinesis": "Kinesis_20131202",
}

// invoke carries out a schedule's universal target (arn:aws:scheduler:::aws-sdk:SERVICE:operation) with the rights of
// its role (EventBridge Scheduler User Guide, "Using universal targets").
func (c *Cloud) invoke(ctx context.Context, t scheduler.Target) error {
	name, ok := strings.CutPrefix(t.ARN, "arn:aws:scheduler:::aws-sdk:")
	service, operation, two := strings.Cut(name, ":")
	if !ok || !two || operation == "" || c.services[service] == nil {
		return fmt.Errorf("localcloud: target %s is no universal target of a service here", t.ARN)
	}
	if c.Behavior().FailTargets {
		return fmt.Errorf("localcloud: %s is refused, see Behavior.FailTargets", t.ARN)
	}
	operation = strings.ToUpper(operation[:1]) + operation[1:]
	role := iam.RoleName(t.RoleARN)
	if !c.iam.Trusted(role, "Service", "scheduler.amazonaws.com", "sts:AssumeRole", nil) {
		return fmt.Errorf("localcloud: the role %q does not trust scheduler.amazonaws.com", t.RoleARN)
	}
	session := "schedule-" + c.ids.hex(8)
	p := c.iam.RolePrincipal(role, session, nil)
	body := t.Input
	if _, isJSON := targets[service]; !isJSON {
		form, err := queryForm(operation, t.Input)
		if err != nil {
			return err
		}
		body = []byte(form.Encode())
	}
	_, err := c.call(ctx, p, service, operation, body)
	if err != nil {
		c.log.Warn("a schedule's target failed", "target", t.ARN, "error", err)
	}
	return err
}

// invokeFunction runs the function of an ARN for a trigger (arn:aws:lambda:REGION:ACCOUNT:function:NAME).
func (c *Cloud) invokeFunction(arn string, event []byte) ([]byte, error) {
	_, name, _ := strings.Cut(arn, ":function:")
	name, _, _ = strings.Cut(name, ":") // a version or an alias
	f := c.opts.Functions[name]
	if f == nil {
		return nil, fmt.Errorf("localcloud: there is no function %s", arn)
	}
	return f(event)
}

// queryForm is a universal target's JSON input in the query protocol: {"InstanceIds":["i-1"]} is InstanceId.1=i-1.
func queryForm(operation string, input []byte) (url.Values, error) {
	var in map[string]any
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, fmt.Errorf("localcloud: the input of %s is not a JSON object: %w", operation, err)
	}
	form := url.Values{"Action": {operation}, "Version": {"2016-11-15"}}
	for k, v := range in {
		list, ok := v.([]any)
		if !ok {
			form.Set(k, fmt.Sprint(v))
			continue
		}
		for i, each := range list {
			form.Set(strings.TrimSuffix(k, "s")+"."+strconv.Itoa(i+1), fmt.Sprint(each))
		}
	}
	return form, nil
}

// call makes an API call of the cloud's own, past the front door: as p, to a JSON or a query service. An AWS error
// comes back as *wire.Error, its code the only member that is certain.
func (c *Cloud) call(ctx context.Context, p wire.Principal, service, operation string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, inProcessEndpoint+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if target, ok := targets[service]; ok {
		r.Header.Set("X-Amz-Target", target+"."+operation)
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	} else {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return c.ask(p, service, operation, r, body)
}

// ask hands a request of the cloud's own to a service.
func (c *Cloud) ask(p wire.Principal, service, operation string, r *http.Request, body []byte) ([]byte, error) {
	answer := newPipedAnswer()
	w := &recorder{ResponseWriter: answer}
	c.services[service].Serve(r.Context(), w, &wire.Call{
		Service: service, Operation: operation, Region: c.env.Region, Principal: p, Request: r, Body: body,
		Now: c.Now(), RequestID: c.requestID(), Auth: c.iam,
	})
	if w.status >= 400 {
		return nil, &wire.Error{Status: w.status, Code: w.code(), Message: service + " " + operation + ": " +
			strings.TrimSpace(string(w.head))}
	}
	return answer.buffer.Bytes(), nil
}
