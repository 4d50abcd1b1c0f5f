package groups

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// lister is what reading roles needs of *cognitoidentityprovider.Client.
type lister interface {
	ListGroups(context.Context, *cognitoidentityprovider.ListGroupsInput,
		...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ListGroupsOutput, error)
}

// Roles returns a reader of the roles of a pool's groups.
func Roles(api lister) func(ctx context.Context, userPoolID string) (map[string]string, error) {
	return func(ctx context.Context, userPoolID string) (map[string]string, error) {
		out := map[string]string{}
		pages := cognitoidentityprovider.NewListGroupsPaginator(api,
			&cognitoidentityprovider.ListGroupsInput{UserPoolId: &userPoolID})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, g := range page.Groups {
				out[aws.ToString(g.GroupName)] = aws.ToString(g.RoleArn)
			}
		}
		return out, nil
	}
}
