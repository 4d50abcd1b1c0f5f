"""Route 53: zones, batches of changes, listings and refusals."""


def script(aws):
    zone = aws('route53', 'create_hosted_zone', Name='conformance.example', CallerReference='conformance-1').at('HostedZone.Id')
    aws('route53', 'create_hosted_zone', 'capitals', Name='Capitals.Example.', CallerReference='conformance-2')
    aws('route53', 'create_hosted_zone', 'the reference again', Name='conformance.example', CallerReference='conformance-1')
    aws('route53', 'get_hosted_zone', Id=zone)
    aws('route53', 'get_hosted_zone', 'one that is not there', Id='Z00000000000000000000')
    aws('route53', 'list_hosted_zones_by_name', DNSName='conformance.example', MaxItems='1')

    def change(note, *changes):
        return aws('route53', 'change_resource_record_sets', note, HostedZoneId=zone, ChangeBatch={'Changes': [
            {'Action': action, 'ResourceRecordSet': {'Name': name, 'Type': kind, 'TTL': 10, 'ResourceRecords': [{'Value': v} for v in values]}}
            for action, name, kind, *values in changes]})

    made = change('create', ('CREATE', 'ann.conformance.example', 'A', '192.0.2.1'))
    aws('route53', 'get_change', Id=made.at('ChangeInfo.Id'))
    aws('route53', 'get_change', 'one that is not there', Id='C00000000000000000000')
    change('create what is there', ('CREATE', 'ann.conformance.example.', 'A', '192.0.2.2'))
    change('capitals', ('CREATE', 'Ann.Conformance.example', 'A', '192.0.2.2'))
    change('upsert', ('UPSERT', 'ann.conformance.example', 'A', '192.0.2.3'))
    change('a batch of which one fails', ('CREATE', 'bob.conformance.example', 'A', '192.0.2.4'), ('DELETE', 'nobody.conformance.example', 'A', '192.0.2.4'))
    aws('route53', 'list_resource_record_sets', 'after a batch of which one fails', HostedZoneId=zone)
    change('delete another value', ('DELETE', 'ann.conformance.example', 'A', '192.0.2.9'))
    change('outside the zone', ('CREATE', 'ann.example.org', 'A', '192.0.2.1'))
    change('no address', ('CREATE', 'odd.conformance.example', 'A', 'somewhere'))
    change('a wildcard', ('CREATE', '*.conformance.example', 'A', '192.0.2.5'))
    change('a CNAME beside an A', ('CREATE', 'ann.conformance.example', 'CNAME', 'x.example.org'))
    change('a text', ('CREATE', 'text.conformance.example', 'TXT', '"one" "two"'))
    change('a text without quotes', ('CREATE', 'text2.conformance.example', 'TXT', 'one'))
    aws('route53', 'list_resource_record_sets', HostedZoneId=zone)
    aws('route53', 'list_resource_record_sets', 'a page', HostedZoneId=zone, MaxItems='2')
    aws('route53', 'list_resource_record_sets', 'from a name', HostedZoneId=zone, StartRecordName='ann.conformance.example', StartRecordType='A', MaxItems='1')
    aws('route53', 'delete_hosted_zone', 'not empty', Id=zone)
    change('delete', ('DELETE', 'ann.conformance.example', 'A', '192.0.2.3'), ('DELETE', '*.conformance.example', 'A', '192.0.2.5'), ('DELETE', 'text.conformance.example', 'TXT', '"one" "two"'))
    aws('route53', 'delete_hosted_zone', Id=zone)
    aws('route53', 'list_resource_record_sets', 'deleted', HostedZoneId=zone)
