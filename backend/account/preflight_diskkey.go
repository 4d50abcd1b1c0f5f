package account

import (
	"context"
	"strings"

	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// managedKey ends the name of AWS's own key for disks, which every role may use.
const managedKey = "alias/aws/ebs"

// diskKey looks by which keys the instances' disks and the image are encrypted. The roles may use no key but that of
// the parameter KmsKeyArn; with another one, launches end in "terminated" and starts in "stopped".
// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
func (s *preflight) diskKey(ctx context.Context) error {
	if s.spec.Image == "" && s.spec.Zone == "" {
		return nil // an update that leaves the image and the account's key as they were
	}
	allowed, err := s.value(ctx, "KmsKeyArn")
	if err != nil {
		return err
	}
	if allowed == "" {
		done, err := s.defaultKey(ctx)
		if done || err != nil {
			return err
		}
	}
	return s.snapshotKeys(ctx, allowed)
}

// defaultKey adds a check of the account's key for new disks. It reports whether there is nothing more to say.
func (s *preflight) defaultKey(ctx context.Context) (done bool, err error) {
	out, err := s.a.EC2.GetEbsDefaultKmsKeyId(ctx, &ec2.GetEbsDefaultKmsKeyIdInput{})
	switch {
	case ctx.Err() != nil || isExpired(err):
		return true, problem(messages.New("account.cannotFindKeyNew"), err)
	case err != nil: // no right to read it is no fault
		s.add(
			messages.New("account.diskKey"),
			true,
			messages.New("account.keyNewDisksGet", quoteCode(err)),
			messages.Message{},
		)
		return true, nil
	}
	key := aws.ToString(out.KmsKeyId)
	if key == "" || strings.HasSuffix(key, managedKey) {
		return false, nil
	}
	s.add(messages.New("account.diskKey"), false, messages.New("account.newDisksAccountGet", key),
		messages.New("account.callSetupSetKmskeyarn", key))
	return true, nil
}

// snapshotKeys adds a check of the keys by which the image's snapshots are encrypted.
func (s *preflight) snapshotKeys(ctx context.Context, allowed string) error {
	var ids []string
	for _, d := range s.found.BlockDeviceMappings {
		if d.Ebs != nil && aws.ToBool(d.Ebs.Encrypted) && d.Ebs.SnapshotId != nil {
			ids = append(ids, *d.Ebs.SnapshotId)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	out, err := s.a.EC2.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{SnapshotIds: ids})
	if ctx.Err() != nil || isExpired(err) {
		return problem(messages.New("account.cannotLookImageSnapshots"), err)
	}
	if err != nil {
		s.add(messages.New("account.diskKey"), true, messages.New("account.imageEncryptedOwnerNot", s.spec.Image),
			messages.Message{})
		return nil
	}
	for _, snapshot := range out.Snapshots {
		if key := aws.ToString(snapshot.KmsKeyId); key != "" && key != allowed {
			s.addForeignKey(key, allowed)
			return nil
		}
	}
	s.add(messages.New("account.diskKey"), true, messages.New("account.rolesUseKeyImage", s.spec.Image),
		messages.Message{})
	return nil
}

// addForeignKey adds a check of an image whose key isn't the parameter's. Without one the key may still be AWS's own:
// only KMS could tell.
func (s *preflight) addForeignKey(key, allowed string) {
	why := "The image " + s.spec.Image + " is encrypted by " + key + ". "
	if allowed == "" {
		s.add(messages.New("account.diskKey"), true, messages.New("account.notAwsOwnKey", why, key), messages.Message{})
		return
	}
	s.add(messages.New("account.diskKey"), false, messages.New("account.stackRolesUse", why, allowed),
		messages.New("account.copyImageKeyCall", allowed, key))
}
