//! Asks the embedded cloud what a program with AWS's SDK for Rust asks, with its default settings.
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put, ReturnValuesOnConditionCheckFailure,
    ScalarAttributeType, TransactWriteItem,
};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, ShardIteratorType};
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, Target};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

async fn tables(config: &aws_config::SdkConfig) -> Result<()> {
    let db = aws_sdk_dynamodb::Client::new(config);
    db.create_table()
        .table_name("rust")
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(KeySchemaElement::builder().attribute_name("p").key_type(KeyType::Hash).build()?)
        .attribute_definitions(
            AttributeDefinition::builder().attribute_name("p").attribute_type(ScalarAttributeType::S).build()?,
        )
        .send()
        .await?;
    while db.describe_table().table_name("rust").send().await?.table.and_then(|t| t.table_status).map(|s| s.as_str().to_owned())
        != Some("ACTIVE".into())
    {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let item = |n: &str| [("p".into(), AttributeValue::S("a".into())), ("n".into(), AttributeValue::N(n.into()))];
    db.put_item().table_name("rust").set_item(Some(item("1").into())).send().await?;
    let failed = db
        .put_item()
        .table_name("rust")
        .set_item(Some(item("2").into()))
        .condition_expression("attribute_not_exists(p)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .expect_err("a condition that fails")
        .into_service_error();
    assert!(failed.is_conditional_check_failed_exception(), "{failed:?}");
    let put = Put::builder().table_name("rust").set_item(Some(item("2").into())).condition_expression("attribute_not_exists(p)");
    let cancelled = db
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(put.build()?).build())
        .send()
        .await
        .expect_err("a transaction that is cancelled")
        .into_service_error();
    assert!(cancelled.is_transaction_canceled_exception(), "{cancelled:?}");
    let found = db
        .query()
        .table_name("rust")
        .key_condition_expression("p = :p")
        .expression_attribute_values(":p", AttributeValue::S("a".into()))
        .send()
        .await?;
    assert_eq!(found.items()[0]["n"], AttributeValue::N("1".into()));
    db.delete_table().table_name("rust").send().await?;
    Ok(())
}

async fn stream(config: &aws_config::SdkConfig) -> Result<()> {
    let k = aws_sdk_kinesis::Client::new(config);
    k.create_stream().stream_name("rust").shard_count(1).send().await?;
    while k.describe_stream_summary().stream_name("rust").send().await?.stream_description_summary.map(|s| s.stream_status.as_str().to_owned())
        != Some("ACTIVE".into())
    {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let entry = |text: &str| PutRecordsRequestEntry::builder().partition_key("a").data(Blob::new(text)).build();
    k.put_records().stream_name("rust").records(entry("one")?).records(entry("two")?).send().await?;
    let shards = k.list_shards().stream_name("rust").send().await?;
    let iterator = k
        .get_shard_iterator()
        .stream_name("rust")
        .shard_id(&shards.shards()[0].shard_id)
        .shard_iterator_type(ShardIteratorType::TrimHorizon)
        .send()
        .await?;
    let got = k.get_records().set_shard_iterator(iterator.shard_iterator).send().await?;
    assert_eq!(got.records().iter().map(|r| r.data().as_ref().to_vec()).collect::<Vec<_>>(), [b"one".to_vec(), b"two".to_vec()]);
    let none = k.describe_stream_summary().stream_name("none").send().await.expect_err("no stream").into_service_error();
    assert!(none.is_resource_not_found_exception(), "{none:?}");
    k.delete_stream().stream_name("rust").send().await?;
    Ok(())
}

async fn zones(config: &aws_config::SdkConfig) -> Result<()> {
    let dns = aws_sdk_route53::Client::new(config);
    let zone = dns.create_hosted_zone().name("rust.example").caller_reference("rust").send().await?;
    let id = zone.hosted_zone.expect("a zone").id;
    let set = ResourceRecordSet::builder().name("a.rust.example").r#type(RrType::A).ttl(60)
        .resource_records(ResourceRecord::builder().value("10.0.0.1").build()?).build()?;
    let batch = ChangeBatch::builder()
        .changes(Change::builder().action(ChangeAction::Create).resource_record_set(set).build()?).build()?;
    dns.change_resource_record_sets().hosted_zone_id(&id).change_batch(batch.clone()).send().await?;
    let again = dns.change_resource_record_sets().hosted_zone_id(&id).change_batch(batch).send().await
        .expect_err("a record that is there").into_service_error();
    assert!(again.is_invalid_change_batch(), "{again:?}");
    assert_eq!(dns.list_resource_record_sets().hosted_zone_id(&id).send().await?.resource_record_sets().len(), 3);
    Ok(())
}

async fn schedules(config: &aws_config::SdkConfig) -> Result<()> {
    let s = aws_sdk_scheduler::Client::new(config);
    s.create_schedule_group().name("rust").send().await?;
    let target = Target::builder()
        .arn("arn:aws:scheduler:::aws-sdk:ec2:stopInstances")
        .role_arn("arn:aws:iam::123456789012:role/avatar-launcher-stop")
        .input("{\"InstanceIds\":[]}");
    s.create_schedule().name("once").group_name("rust").schedule_expression("at(2099-01-01T00:00:00)")
        .flexible_time_window(FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build()?)
        .target(target.build()?).send().await?;
    assert_eq!(s.get_schedule().name("once").group_name("rust").send().await?.state.map(|x| x.as_str().to_owned()), Some("ENABLED".into()));
    s.delete_schedule().name("once").group_name("rust").send().await?;
    s.delete_schedule_group().name("rust").send().await?;
    Ok(())
}

async fn identity(config: &aws_config::SdkConfig) -> Result<()> {
    let who = aws_sdk_sts::Client::new(config).get_caller_identity().send().await?;
    assert_eq!(who.account(), Some("123456789012"));
    Ok(())
}

#[tokio::main]
async fn main() {
    let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let mut failures = 0;
    for (name, done) in [
        ("dynamodb", tables(&config).await),
        ("kinesis", stream(&config).await),
        ("route53", zones(&config).await),
        ("scheduler", schedules(&config).await),
        ("sts", identity(&config).await),
    ] {
        match done {
            Ok(()) => println!("{name}: done"),
            Err(e) => {
                failures += 1;
                println!("{name}: {e:?}");
            }
        }
    }
    println!("5 services, {failures} with a failure");
    std::process::exit(failures);
}
