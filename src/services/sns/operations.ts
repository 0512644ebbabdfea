// The registry of SNS: AWS's operation name → function.
import type { Random } from '#shared/random.ts'
import { reads, type StoreCall, writes } from '#store/transactional.ts'
import type { WireOperations } from '#wire/operation.ts'
import type { Publishing } from './publish.ts'
import * as subscriptions from './subscriptions.ts'
import * as topics from './topics.ts'

export const snsOperations = (publishing: Publishing, random: Random) =>
  ({
    AddPermission: writes(topics.addPermission),
    ConfirmSubscription: writes(subscriptions.confirmSubscription),
    CreateTopic: writes(topics.createTopic),
    DeleteTopic: writes(topics.deleteTopic),
    GetSubscriptionAttributes: reads(subscriptions.getSubscriptionAttributes),
    GetTopicAttributes: reads(topics.getTopicAttributes),
    ListSubscriptions: reads(subscriptions.listSubscriptions),
    ListSubscriptionsByTopic: reads(subscriptions.listSubscriptionsByTopic),
    ListTagsForResource: reads(topics.listTagsForResource),
    ListTopics: reads(topics.listTopics),
    Publish: publishing.publish,
    PublishBatch: publishing.publishBatch,
    RemovePermission: writes(topics.removePermission),
    SetSubscriptionAttributes: writes(subscriptions.setSubscriptionAttributes),
    SetTopicAttributes: writes(topics.setTopicAttributes),
    Subscribe: writes(subscriptions.subscribe(random, publishing.askToConfirm)),
    TagResource: writes(topics.tagResource),
    Unsubscribe: writes(subscriptions.unsubscribe),
    UntagResource: writes(topics.untagResource),
  }) satisfies WireOperations<StoreCall>
