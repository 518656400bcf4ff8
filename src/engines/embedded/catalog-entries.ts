/** Topics and subscriptions of the Engine port as entries of the journal, and back. */
import type { Subscription, Topic } from "../../broker/engine.js";
import type { peyk } from "./generated/journal.js";

type TopicSaved = peyk.journal.v1.ITopicSaved;
type SubscriptionSaved = peyk.journal.v1.ISubscriptionSaved;

/** `log`: its log of priority 0. */
export function encodeTopic(topic: Topic, log: number): TopicSaved {
  return {
    log,
    id: topic.id,
    name: topic.name,
    epoch: topic.epoch,
    settings: { ...topic.settings },
    createdAtMs: topic.createdAtMs,
    autoCreated: topic.autoCreated,
  };
}

export function decodeTopic(saved: TopicSaved): Topic {
  const settings = saved.settings ?? {};
  return {
    id: saved.id ?? 0,
    name: saved.name ?? "",
    epoch: number(saved.epoch),
    settings: {
      retainMs: number(settings.retainMs),
      retainBytes: number(settings.retainBytes),
      expireUnsettledMs: number(settings.expireUnsettledMs),
      maxBacklogBytes: number(settings.maxBacklogBytes),
      overflow: (settings.overflow ?? "reject") as Topic["settings"]["overflow"],
    },
    createdAtMs: number(saved.createdAtMs),
    autoCreated: saved.autoCreated ?? false,
  };
}

export function encodeSubscription(subscription: Subscription): SubscriptionSaved {
  const { retry, ...settings } = subscription.settings;
  return {
    id: subscription.id,
    name: subscription.name,
    source: subscription.source,
    deadLetters: subscription.deadLetters ?? 0,
    settings: {
      ...settings,
      retryMinMs: retry.minMs,
      retryMaxMs: retry.maxMs,
      retryFactor: retry.factor,
      retryJitter: retry.jitter,
    },
    createdAtMs: subscription.createdAtMs,
    autoCreated: subscription.autoCreated,
  };
}

export function decodeSubscription(saved: SubscriptionSaved): Subscription {
  const settings = saved.settings ?? {};
  return {
    id: saved.id ?? 0,
    name: saved.name ?? "",
    source: saved.source ?? "",
    deadLetters: saved.deadLetters === 0 ? undefined : (saved.deadLetters ?? undefined),
    settings: {
      ackDeadlineMs: settings.ackDeadlineMs ?? 0,
      maxAttempts: settings.maxAttempts ?? 0,
      retry: {
        minMs: number(settings.retryMinMs),
        maxMs: number(settings.retryMaxMs),
        factor: settings.retryFactor ?? 0,
        jitter: settings.retryJitter ?? 0,
      },
      maxExtensionMs: number(settings.maxExtensionMs),
      deadLetterRetainMs: number(settings.deadLetterRetainMs),
      mode: (settings.mode ?? "shared") as Subscription["settings"]["mode"],
      ordered: settings.ordered ?? false,
      onKeyFailure: (settings.onKeyFailure ?? "skip") as Subscription["settings"]["onKeyFailure"],
      filter: settings.filter ?? "",
    },
    createdAtMs: number(saved.createdAtMs),
    autoCreated: saved.autoCreated ?? false,
  };
}

/** 64-bit fields are typed for every reader; ours gives numbers (NumberReader). */
const number = (value: unknown): number => Number(value ?? 0);
