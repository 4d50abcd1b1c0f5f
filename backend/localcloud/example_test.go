package localcloud_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"avatar-launcher/backend/localcloud"
)

// A Cloud serves the SDK in this process, without a socket. Outputs has the names of what it begins with.
func ExampleOpen() {
	ctx := context.Background()
	cloud, err := localcloud.Open(localcloud.Options{WithoutUsers: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = cloud.Close() }()
	out := cloud.Outputs()
	db := dynamodb.NewFromConfig(aws.Config{
		Region: out.Region, BaseEndpoint: aws.String("http://localcloud"),
		HTTPClient:  &http.Client{Transport: cloud.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(out.OperatorAccessKeyID, out.OperatorSecretAccessKey, ""),
	})
	put := &dynamodb.PutItemInput{
		TableName: &out.SessionsTable,
		Item: map[string]types.AttributeValue{
			"UserId": &types.AttributeValueMemberS{Value: "sub-ada"},
			"Phase":  &types.AttributeValueMemberS{Value: "ready"},
		},
		ConditionExpression: aws.String("attribute_not_exists(UserId)"),
	}
	for range 2 {
		_, err := db.PutItem(ctx, put)
		switch refused := (*types.ConditionalCheckFailedException)(nil); {
		case err == nil:
			fmt.Println("written")
		case errors.As(err, &refused):
			fmt.Println("refused: it is there already")
		default:
			fmt.Println(err)
		}
	}
	// Output:
	// written
	// refused: it is there already
}
