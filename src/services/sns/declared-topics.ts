// What a template's topics and subscriptions ask of SNS, with nothing opened before somebody publishes.
import type { Random } from '#shared/random.ts'
import { writes } from '#store/transactional.ts'
import * as subscriptions from './subscriptions.ts'
import * as topics from './topics.ts'

export const declaredTopicOperations = (random: Random, ask: subscriptions.AskToConfirm) => ({
  CreateTopic: writes(topics.createTopic),
  DeleteTopic: writes(topics.deleteTopic),
  SetTopicAttributes: writes(topics.setTopicAttributes),
  Subscribe: writes(subscriptions.subscribe(random, ask)),
  Unsubscribe: writes(subscriptions.unsubscribe),
})
