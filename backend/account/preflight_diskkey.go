package account

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// managedKey ends the name of AWS's own key for disks, which every role may use.
const managedKey = "alias/aws/ebs"

// diskKey looks by which keys the instances' disks and the image are encrypted. The roles may use no key but that of the
// parameter KmsKeyArn; with another one, launches end in "terminated" and starts in "stopped".
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
		return true, problem("find out which key new disks get", err)
	case err != nil: // no right to read it is no fault
		s.add(
			"disk key",
			true,
			"Which key new disks get could not be read ("+quoteCode(err)+"). If it is not AWS's own, name it by --set KmsKeyArn=ARN.",
			"",
		)
		return true, nil
	}
	key := aws.ToString(out.KmsKeyId)
	if key == "" || strings.HasSuffix(key, managedKey) {
		return false, nil
	}
	s.add("disk key", false, "New disks of this account get the key "+key+", and the stack's roles may not use it.",
		"Call setup with --set KmsKeyArn="+key+".")
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
		return problem("look at the image's snapshots", err)
	}
	if err != nil {
		s.add("disk key", true, "The image "+s.spec.Image+" is encrypted, and its owner does not show by which key. If launches end by "+
			"themselves, copy the image with a key of this account.", "")
		return nil
	}
	for _, snapshot := range out.Snapshots {
		if key := aws.ToString(snapshot.KmsKeyId); key != "" && key != allowed {
			s.addForeignKey(key, allowed)
			return nil
		}
	}
	s.add("disk key", true, "The roles may use the key of the image "+s.spec.Image+".", "")
	return nil
}

// addForeignKey adds a check of an image whose key isn't the parameter's. Without one the key may still be AWS's own: only
// KMS could tell.
func (s *preflight) addForeignKey(key, allowed string) {
	why := "The image " + s.spec.Image + " is encrypted by " + key + ". "
	if allowed == "" {
		s.add("disk key", true, why+"If that is not AWS's own key, call setup with --set KmsKeyArn="+key+".", "")
		return
	}
	s.add("disk key", false, why+"The stack's roles may use "+allowed+" only.",
		"Copy the image with the key "+allowed+", or call setup with --set KmsKeyArn="+key+".")
}
