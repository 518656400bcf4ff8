/** The members of `ClientFrame.frame` and their numbers (frames.proto). */
export const CLIENT_FRAMES = {
  hello: 2,
  publish: 3,
  settle: 4,
  credit: 5,
  subscribe: 6,
  unsubscribe: 7,
  startLive: 8,
  stopLive: 9,
  ping: 10,
  pong: 11,
  createTopic: 20,
  updateTopic: 21,
  getTopic: 22,
  listTopics: 23,
  peekTopic: 24,
  purgeTopic: 25,
  deleteTopic: 26,
  createSubscription: 30,
  updateSubscription: 31,
  getSubscription: 32,
  listSubscriptions: 33,
  peekSubscription: 34,
  purgeSubscription: 35,
  deleteSubscription: 36,
  listDeadLetters: 40,
  redriveDeadLetters: 41,
  purgeDeadLetters: 42,
  getStatus: 50,
} as const;
export type ClientFrameKind = keyof typeof CLIENT_FRAMES;

/** The members of `ServerFrame.frame` and their numbers (frames.proto). */
export const SERVER_FRAMES = {
  error: 2,
  welcome: 3,
  published: 4,
  deliver: 5,
  settled: 6,
  subscribed: 7,
  done: 8,
  liveMessages: 9,
  consumerNotice: 10,
  goAway: 11,
  ping: 12,
  pong: 13,
  topic: 20,
  topics: 21,
  subscription: 22,
  subscriptions: 23,
  peekedMessages: 24,
  deadLetters: 25,
  count: 26,
  status: 27,
} as const;
export type ServerFrameKind = keyof typeof SERVER_FRAMES;

/** What a WebSocket of Peyk is opened with: binary packets, or the same in protobuf's JSON mapping as text. */
export const SUBPROTOCOL = "peyk.v1";
export const JSON_SUBPROTOCOL = "peyk.v1.json";
/** Highest and lowest version of Hello that this code speaks. */
export const PROTOCOL_VERSION = 1;
export const MIN_PROTOCOL_VERSION = 1;
