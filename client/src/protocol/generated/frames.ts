// @ts-nocheck
// Made from proto/peyk/v1 by scripts/generate-proto.mjs (npm run proto). Do not edit.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = {};

const $made = $root.peyk = (() => {

    const peyk = {};

    peyk.v1 = (function() {

        const v1 = {};

        v1.TopicOptions = (function() {

            const TopicOptions = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            TopicOptions.prototype.retainMs = undefined;
            TopicOptions.prototype.retainBytes = undefined;
            TopicOptions.prototype.expireUnsettledMs = undefined;
            TopicOptions.prototype.maxBacklogBytes = undefined;
            TopicOptions.prototype.overflow = undefined;

            let $oneOfFields;

            TopicOptions.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.retainMs != null && $Object.hasOwnProperty.call(message, "retainMs"))
                    writer.uint32(8).uint64(message.retainMs);
                if (message.retainBytes != null && $Object.hasOwnProperty.call(message, "retainBytes"))
                    writer.uint32(16).uint64(message.retainBytes);
                if (message.expireUnsettledMs != null && $Object.hasOwnProperty.call(message, "expireUnsettledMs"))
                    writer.uint32(24).uint64(message.expireUnsettledMs);
                if (message.maxBacklogBytes != null && $Object.hasOwnProperty.call(message, "maxBacklogBytes"))
                    writer.uint32(32).uint64(message.maxBacklogBytes);
                if (message.overflow != null && $Object.hasOwnProperty.call(message, "overflow"))
                    writer.uint32(42).string(message.overflow);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            TopicOptions.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.TopicOptions();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            message.retainMs = reader.uint64();
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.retainBytes = reader.uint64();
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            message.expireUnsettledMs = reader.uint64();
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.maxBacklogBytes = reader.uint64();
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.overflow = reader.stringVerify();
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TopicOptions;
        })();

        v1.TopicInfo = (function() {

            const TopicInfo = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            TopicInfo.prototype.name = "";
            TopicInfo.prototype.epoch = 0;
            TopicInfo.prototype.options = undefined;
            TopicInfo.prototype.createdAtMs = 0;
            TopicInfo.prototype.autoCreated = false;
            TopicInfo.prototype.nextPosition = 0;
            TopicInfo.prototype.subscriptions = 0;
            TopicInfo.prototype.storedMessages = 0;
            TopicInfo.prototype.storedBytes = 0;
            TopicInfo.prototype.publishPerSecond = 0;

            TopicInfo.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(16).uint64(message.epoch);
                if (message.options != null && $Object.hasOwnProperty.call(message, "options"))
                    $root.peyk.v1.TopicOptions.encode(message.options, writer.uint32(26).fork(), _depth + 1).ldelim();
                if (message.createdAtMs != null && $Object.hasOwnProperty.call(message, "createdAtMs") && (typeof message.createdAtMs === "object" ? message.createdAtMs.low || message.createdAtMs.high : message.createdAtMs !== 0))
                    writer.uint32(32).uint64(message.createdAtMs);
                if (message.autoCreated != null && $Object.hasOwnProperty.call(message, "autoCreated") && message.autoCreated !== false)
                    writer.uint32(40).bool(message.autoCreated);
                if (message.nextPosition != null && $Object.hasOwnProperty.call(message, "nextPosition") && (typeof message.nextPosition === "object" ? message.nextPosition.low || message.nextPosition.high : message.nextPosition !== 0))
                    writer.uint32(48).uint64(message.nextPosition);
                if (message.subscriptions != null && $Object.hasOwnProperty.call(message, "subscriptions") && message.subscriptions !== 0)
                    writer.uint32(56).uint32(message.subscriptions);
                if (message.storedMessages != null && $Object.hasOwnProperty.call(message, "storedMessages") && (typeof message.storedMessages === "object" ? message.storedMessages.low || message.storedMessages.high : message.storedMessages !== 0))
                    writer.uint32(64).uint64(message.storedMessages);
                if (message.storedBytes != null && $Object.hasOwnProperty.call(message, "storedBytes") && (typeof message.storedBytes === "object" ? message.storedBytes.low || message.storedBytes.high : message.storedBytes !== 0))
                    writer.uint32(72).uint64(message.storedBytes);
                if (message.publishPerSecond != null && $Object.hasOwnProperty.call(message, "publishPerSecond") && !$Object.is(message.publishPerSecond, 0))
                    writer.uint32(81).double(message.publishPerSecond);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            TopicInfo.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.TopicInfo();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.options = $root.peyk.v1.TopicOptions.decode(reader, reader.size(), $undefined, _depth + 1, message.options);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.createdAtMs = value;
                            else
                                delete message.createdAtMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.autoCreated = value;
                            else
                                delete message.autoCreated;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.nextPosition = value;
                            else
                                delete message.nextPosition;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.subscriptions = value;
                            else
                                delete message.subscriptions;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.storedMessages = value;
                            else
                                delete message.storedMessages;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.storedBytes = value;
                            else
                                delete message.storedBytes;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.publishPerSecond = value;
                            else
                                delete message.publishPerSecond;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TopicInfo;
        })();

        v1.TopicPage = (function() {

            const TopicPage = function (properties) {
                this.topics = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            TopicPage.prototype.topics = $util.emptyArray;
            TopicPage.prototype.next = "";

            TopicPage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.topics != null && message.topics.length)
                    for (let i = 0; i < message.topics.length; ++i)
                        $root.peyk.v1.TopicInfo.encode(message.topics[i], writer.uint32(10).fork(), _depth + 1).ldelim();
                if (message.next != null && $Object.hasOwnProperty.call(message, "next") && message.next !== "")
                    writer.uint32(18).string(message.next);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            TopicPage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.TopicPage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.topics && message.topics.length))
                                message.topics = [];
                            message.topics.push($root.peyk.v1.TopicInfo.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.next = value;
                            else
                                delete message.next;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TopicPage;
        })();

        v1.CreateTopic = (function() {

            const CreateTopic = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            CreateTopic.prototype.name = "";
            CreateTopic.prototype.options = undefined;

            CreateTopic.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.options != null && $Object.hasOwnProperty.call(message, "options"))
                    $root.peyk.v1.TopicOptions.encode(message.options, writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            CreateTopic.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.CreateTopic();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.options = $root.peyk.v1.TopicOptions.decode(reader, reader.size(), $undefined, _depth + 1, message.options);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return CreateTopic;
        })();

        v1.UpdateTopic = (function() {

            const UpdateTopic = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            UpdateTopic.prototype.name = "";
            UpdateTopic.prototype.options = undefined;

            UpdateTopic.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.options != null && $Object.hasOwnProperty.call(message, "options"))
                    $root.peyk.v1.TopicOptions.encode(message.options, writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            UpdateTopic.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.UpdateTopic();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.options = $root.peyk.v1.TopicOptions.decode(reader, reader.size(), $undefined, _depth + 1, message.options);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UpdateTopic;
        })();

        v1.GetTopic = (function() {

            const GetTopic = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            GetTopic.prototype.name = "";

            GetTopic.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            GetTopic.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.GetTopic();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return GetTopic;
        })();

        v1.ListTopics = (function() {

            const ListTopics = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ListTopics.prototype.pattern = "";
            ListTopics.prototype.after = "";
            ListTopics.prototype.limit = 0;

            ListTopics.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.pattern != null && $Object.hasOwnProperty.call(message, "pattern") && message.pattern !== "")
                    writer.uint32(10).string(message.pattern);
                if (message.after != null && $Object.hasOwnProperty.call(message, "after") && message.after !== "")
                    writer.uint32(18).string(message.after);
                if (message.limit != null && $Object.hasOwnProperty.call(message, "limit") && message.limit !== 0)
                    writer.uint32(24).uint32(message.limit);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ListTopics.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.ListTopics();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.pattern = value;
                            else
                                delete message.pattern;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.after = value;
                            else
                                delete message.after;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.limit = value;
                            else
                                delete message.limit;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ListTopics;
        })();

        v1.PeekTopic = (function() {

            const PeekTopic = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            PeekTopic.prototype.name = "";
            PeekTopic.prototype.count = 0;

            PeekTopic.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(16).uint32(message.count);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            PeekTopic.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.PeekTopic();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeekTopic;
        })();

        v1.PurgeTopic = (function() {

            const PurgeTopic = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            PurgeTopic.prototype.name = "";
            PurgeTopic.prototype.dryRun = false;

            PurgeTopic.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.dryRun != null && $Object.hasOwnProperty.call(message, "dryRun") && message.dryRun !== false)
                    writer.uint32(16).bool(message.dryRun);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            PurgeTopic.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.PurgeTopic();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.dryRun = value;
                            else
                                delete message.dryRun;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PurgeTopic;
        })();

        v1.DeleteTopic = (function() {

            const DeleteTopic = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            DeleteTopic.prototype.name = "";
            DeleteTopic.prototype.force = false;

            DeleteTopic.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.force != null && $Object.hasOwnProperty.call(message, "force") && message.force !== false)
                    writer.uint32(16).bool(message.force);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            DeleteTopic.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.DeleteTopic();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.force = value;
                            else
                                delete message.force;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeleteTopic;
        })();

        v1.SubscriptionOptions = (function() {

            const SubscriptionOptions = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            SubscriptionOptions.prototype.start = undefined;
            SubscriptionOptions.prototype.startTimeMs = undefined;
            SubscriptionOptions.prototype.startPosition = undefined;
            SubscriptionOptions.prototype.ackDeadlineMs = undefined;
            SubscriptionOptions.prototype.maxAttempts = undefined;
            SubscriptionOptions.prototype.retry = undefined;
            SubscriptionOptions.prototype.maxExtensionMs = undefined;
            SubscriptionOptions.prototype.deadLetterRetainMs = undefined;
            SubscriptionOptions.prototype.mode = undefined;
            SubscriptionOptions.prototype.ordered = undefined;
            SubscriptionOptions.prototype.onKeyFailure = undefined;
            SubscriptionOptions.prototype.filter = undefined;

            let $oneOfFields;

            SubscriptionOptions.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.start != null && $Object.hasOwnProperty.call(message, "start"))
                    writer.uint32(10).string(message.start);
                if (message.startTimeMs != null && $Object.hasOwnProperty.call(message, "startTimeMs"))
                    writer.uint32(16).uint64(message.startTimeMs);
                if (message.startPosition != null && $Object.hasOwnProperty.call(message, "startPosition"))
                    writer.uint32(24).uint64(message.startPosition);
                if (message.ackDeadlineMs != null && $Object.hasOwnProperty.call(message, "ackDeadlineMs"))
                    writer.uint32(32).uint32(message.ackDeadlineMs);
                if (message.maxAttempts != null && $Object.hasOwnProperty.call(message, "maxAttempts"))
                    writer.uint32(40).uint32(message.maxAttempts);
                if (message.retry != null && $Object.hasOwnProperty.call(message, "retry"))
                    $root.peyk.v1.RetryPolicy.encode(message.retry, writer.uint32(50).fork(), _depth + 1).ldelim();
                if (message.maxExtensionMs != null && $Object.hasOwnProperty.call(message, "maxExtensionMs"))
                    writer.uint32(56).uint64(message.maxExtensionMs);
                if (message.deadLetterRetainMs != null && $Object.hasOwnProperty.call(message, "deadLetterRetainMs"))
                    writer.uint32(64).uint64(message.deadLetterRetainMs);
                if (message.mode != null && $Object.hasOwnProperty.call(message, "mode"))
                    writer.uint32(74).string(message.mode);
                if (message.ordered != null && $Object.hasOwnProperty.call(message, "ordered"))
                    writer.uint32(80).bool(message.ordered);
                if (message.onKeyFailure != null && $Object.hasOwnProperty.call(message, "onKeyFailure"))
                    writer.uint32(90).string(message.onKeyFailure);
                if (message.filter != null && $Object.hasOwnProperty.call(message, "filter"))
                    writer.uint32(98).string(message.filter);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            SubscriptionOptions.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.SubscriptionOptions();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.start = reader.stringVerify();
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.startTimeMs = reader.uint64();
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            message.startPosition = reader.uint64();
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.ackDeadlineMs = reader.uint32();
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.maxAttempts = reader.uint32();
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.retry = $root.peyk.v1.RetryPolicy.decode(reader, reader.size(), $undefined, _depth + 1, message.retry);
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            message.maxExtensionMs = reader.uint64();
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            message.deadLetterRetainMs = reader.uint64();
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.mode = reader.stringVerify();
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            message.ordered = reader.bool();
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.onKeyFailure = reader.stringVerify();
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.filter = reader.stringVerify();
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SubscriptionOptions;
        })();

        v1.RetryPolicy = (function() {

            const RetryPolicy = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            RetryPolicy.prototype.minMs = undefined;
            RetryPolicy.prototype.maxMs = undefined;
            RetryPolicy.prototype.factor = undefined;
            RetryPolicy.prototype.jitter = undefined;

            let $oneOfFields;

            RetryPolicy.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.minMs != null && $Object.hasOwnProperty.call(message, "minMs"))
                    writer.uint32(8).uint64(message.minMs);
                if (message.maxMs != null && $Object.hasOwnProperty.call(message, "maxMs"))
                    writer.uint32(16).uint64(message.maxMs);
                if (message.factor != null && $Object.hasOwnProperty.call(message, "factor"))
                    writer.uint32(25).double(message.factor);
                if (message.jitter != null && $Object.hasOwnProperty.call(message, "jitter"))
                    writer.uint32(33).double(message.jitter);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            RetryPolicy.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.RetryPolicy();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            message.minMs = reader.uint64();
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.maxMs = reader.uint64();
                            continue;
                        }
                    case 3: {
                            if (wireType !== 1)
                                break;
                            message.factor = reader.double();
                            continue;
                        }
                    case 4: {
                            if (wireType !== 1)
                                break;
                            message.jitter = reader.double();
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RetryPolicy;
        })();

        v1.SubscriptionInfo = (function() {

            const SubscriptionInfo = function (properties) {
                this.consumers = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            SubscriptionInfo.prototype.name = "";
            SubscriptionInfo.prototype.options = undefined;
            SubscriptionInfo.prototype.createdAtMs = 0;
            SubscriptionInfo.prototype.autoCreated = false;
            SubscriptionInfo.prototype.stats = undefined;
            SubscriptionInfo.prototype.consumers = $util.emptyArray;

            SubscriptionInfo.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.options != null && $Object.hasOwnProperty.call(message, "options"))
                    $root.peyk.v1.SubscriptionOptions.encode(message.options, writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.createdAtMs != null && $Object.hasOwnProperty.call(message, "createdAtMs") && (typeof message.createdAtMs === "object" ? message.createdAtMs.low || message.createdAtMs.high : message.createdAtMs !== 0))
                    writer.uint32(24).uint64(message.createdAtMs);
                if (message.autoCreated != null && $Object.hasOwnProperty.call(message, "autoCreated") && message.autoCreated !== false)
                    writer.uint32(32).bool(message.autoCreated);
                if (message.stats != null && $Object.hasOwnProperty.call(message, "stats"))
                    $root.peyk.v1.SubscriptionStats.encode(message.stats, writer.uint32(42).fork(), _depth + 1).ldelim();
                if (message.consumers != null && message.consumers.length)
                    for (let i = 0; i < message.consumers.length; ++i)
                        $root.peyk.v1.ConsumerInfo.encode(message.consumers[i], writer.uint32(50).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            SubscriptionInfo.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.SubscriptionInfo();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.options = $root.peyk.v1.SubscriptionOptions.decode(reader, reader.size(), $undefined, _depth + 1, message.options);
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.createdAtMs = value;
                            else
                                delete message.createdAtMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.autoCreated = value;
                            else
                                delete message.autoCreated;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.stats = $root.peyk.v1.SubscriptionStats.decode(reader, reader.size(), $undefined, _depth + 1, message.stats);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.consumers && message.consumers.length))
                                message.consumers = [];
                            message.consumers.push($root.peyk.v1.ConsumerInfo.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SubscriptionInfo;
        })();

        v1.SubscriptionStats = (function() {

            const SubscriptionStats = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            SubscriptionStats.prototype.ready = 0;
            SubscriptionStats.prototype.buffered = 0;
            SubscriptionStats.prototype.running = 0;
            SubscriptionStats.prototype.retrying = 0;
            SubscriptionStats.prototype.dead = 0;
            SubscriptionStats.prototype.oldestUnsettledMs = 0;
            SubscriptionStats.prototype.deliverPerSecond = 0;
            SubscriptionStats.prototype.ackPerSecond = 0;
            SubscriptionStats.prototype.delivered = 0;
            SubscriptionStats.prototype.acked = 0;
            SubscriptionStats.prototype.failed = 0;
            SubscriptionStats.prototype.deadLettered = 0;
            SubscriptionStats.prototype.expired = 0;

            SubscriptionStats.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.ready != null && $Object.hasOwnProperty.call(message, "ready") && (typeof message.ready === "object" ? message.ready.low || message.ready.high : message.ready !== 0))
                    writer.uint32(8).uint64(message.ready);
                if (message.buffered != null && $Object.hasOwnProperty.call(message, "buffered") && (typeof message.buffered === "object" ? message.buffered.low || message.buffered.high : message.buffered !== 0))
                    writer.uint32(16).uint64(message.buffered);
                if (message.running != null && $Object.hasOwnProperty.call(message, "running") && (typeof message.running === "object" ? message.running.low || message.running.high : message.running !== 0))
                    writer.uint32(24).uint64(message.running);
                if (message.retrying != null && $Object.hasOwnProperty.call(message, "retrying") && (typeof message.retrying === "object" ? message.retrying.low || message.retrying.high : message.retrying !== 0))
                    writer.uint32(32).uint64(message.retrying);
                if (message.dead != null && $Object.hasOwnProperty.call(message, "dead") && (typeof message.dead === "object" ? message.dead.low || message.dead.high : message.dead !== 0))
                    writer.uint32(40).uint64(message.dead);
                if (message.oldestUnsettledMs != null && $Object.hasOwnProperty.call(message, "oldestUnsettledMs") && (typeof message.oldestUnsettledMs === "object" ? message.oldestUnsettledMs.low || message.oldestUnsettledMs.high : message.oldestUnsettledMs !== 0))
                    writer.uint32(48).uint64(message.oldestUnsettledMs);
                if (message.deliverPerSecond != null && $Object.hasOwnProperty.call(message, "deliverPerSecond") && !$Object.is(message.deliverPerSecond, 0))
                    writer.uint32(57).double(message.deliverPerSecond);
                if (message.ackPerSecond != null && $Object.hasOwnProperty.call(message, "ackPerSecond") && !$Object.is(message.ackPerSecond, 0))
                    writer.uint32(65).double(message.ackPerSecond);
                if (message.delivered != null && $Object.hasOwnProperty.call(message, "delivered") && (typeof message.delivered === "object" ? message.delivered.low || message.delivered.high : message.delivered !== 0))
                    writer.uint32(72).uint64(message.delivered);
                if (message.acked != null && $Object.hasOwnProperty.call(message, "acked") && (typeof message.acked === "object" ? message.acked.low || message.acked.high : message.acked !== 0))
                    writer.uint32(80).uint64(message.acked);
                if (message.failed != null && $Object.hasOwnProperty.call(message, "failed") && (typeof message.failed === "object" ? message.failed.low || message.failed.high : message.failed !== 0))
                    writer.uint32(88).uint64(message.failed);
                if (message.deadLettered != null && $Object.hasOwnProperty.call(message, "deadLettered") && (typeof message.deadLettered === "object" ? message.deadLettered.low || message.deadLettered.high : message.deadLettered !== 0))
                    writer.uint32(96).uint64(message.deadLettered);
                if (message.expired != null && $Object.hasOwnProperty.call(message, "expired") && (typeof message.expired === "object" ? message.expired.low || message.expired.high : message.expired !== 0))
                    writer.uint32(104).uint64(message.expired);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            SubscriptionStats.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.SubscriptionStats();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.ready = value;
                            else
                                delete message.ready;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.buffered = value;
                            else
                                delete message.buffered;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.running = value;
                            else
                                delete message.running;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.retrying = value;
                            else
                                delete message.retrying;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.dead = value;
                            else
                                delete message.dead;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.oldestUnsettledMs = value;
                            else
                                delete message.oldestUnsettledMs;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.deliverPerSecond = value;
                            else
                                delete message.deliverPerSecond;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.ackPerSecond = value;
                            else
                                delete message.ackPerSecond;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.delivered = value;
                            else
                                delete message.delivered;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.acked = value;
                            else
                                delete message.acked;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.failed = value;
                            else
                                delete message.failed;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.deadLettered = value;
                            else
                                delete message.deadLettered;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.expired = value;
                            else
                                delete message.expired;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SubscriptionStats;
        })();

        v1.ConsumerInfo = (function() {

            const ConsumerInfo = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ConsumerInfo.prototype.clientName = "";
            ConsumerInfo.prototype.session = "";
            ConsumerInfo.prototype.consumer = 0;
            ConsumerInfo.prototype.unsettled = 0;
            ConsumerInfo.prototype.freeCreditMessages = 0;
            ConsumerInfo.prototype.freeCreditBytes = 0;
            ConsumerInfo.prototype.connected = false;
            ConsumerInfo.prototype.returnsInMs = undefined;

            let $oneOfFields;

            ConsumerInfo.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.clientName != null && $Object.hasOwnProperty.call(message, "clientName") && message.clientName !== "")
                    writer.uint32(10).string(message.clientName);
                if (message.session != null && $Object.hasOwnProperty.call(message, "session") && message.session !== "")
                    writer.uint32(18).string(message.session);
                if (message.consumer != null && $Object.hasOwnProperty.call(message, "consumer") && message.consumer !== 0)
                    writer.uint32(24).uint32(message.consumer);
                if (message.unsettled != null && $Object.hasOwnProperty.call(message, "unsettled") && message.unsettled !== 0)
                    writer.uint32(32).uint32(message.unsettled);
                if (message.freeCreditMessages != null && $Object.hasOwnProperty.call(message, "freeCreditMessages") && message.freeCreditMessages !== 0)
                    writer.uint32(40).uint32(message.freeCreditMessages);
                if (message.freeCreditBytes != null && $Object.hasOwnProperty.call(message, "freeCreditBytes") && (typeof message.freeCreditBytes === "object" ? message.freeCreditBytes.low || message.freeCreditBytes.high : message.freeCreditBytes !== 0))
                    writer.uint32(48).uint64(message.freeCreditBytes);
                if (message.connected != null && $Object.hasOwnProperty.call(message, "connected") && message.connected !== false)
                    writer.uint32(56).bool(message.connected);
                if (message.returnsInMs != null && $Object.hasOwnProperty.call(message, "returnsInMs"))
                    writer.uint32(64).uint32(message.returnsInMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ConsumerInfo.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.ConsumerInfo();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.clientName = value;
                            else
                                delete message.clientName;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.session = value;
                            else
                                delete message.session;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.consumer = value;
                            else
                                delete message.consumer;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.unsettled = value;
                            else
                                delete message.unsettled;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.freeCreditMessages = value;
                            else
                                delete message.freeCreditMessages;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.freeCreditBytes = value;
                            else
                                delete message.freeCreditBytes;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.connected = value;
                            else
                                delete message.connected;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            message.returnsInMs = reader.uint32();
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ConsumerInfo;
        })();

        v1.SubscriptionPage = (function() {

            const SubscriptionPage = function (properties) {
                this.subscriptions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            SubscriptionPage.prototype.subscriptions = $util.emptyArray;
            SubscriptionPage.prototype.next = "";

            SubscriptionPage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.subscriptions != null && message.subscriptions.length)
                    for (let i = 0; i < message.subscriptions.length; ++i)
                        $root.peyk.v1.SubscriptionInfo.encode(message.subscriptions[i], writer.uint32(10).fork(), _depth + 1).ldelim();
                if (message.next != null && $Object.hasOwnProperty.call(message, "next") && message.next !== "")
                    writer.uint32(18).string(message.next);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            SubscriptionPage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.SubscriptionPage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.subscriptions && message.subscriptions.length))
                                message.subscriptions = [];
                            message.subscriptions.push($root.peyk.v1.SubscriptionInfo.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.next = value;
                            else
                                delete message.next;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SubscriptionPage;
        })();

        v1.CreateSubscription = (function() {

            const CreateSubscription = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            CreateSubscription.prototype.name = "";
            CreateSubscription.prototype.options = undefined;

            CreateSubscription.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.options != null && $Object.hasOwnProperty.call(message, "options"))
                    $root.peyk.v1.SubscriptionOptions.encode(message.options, writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            CreateSubscription.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.CreateSubscription();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.options = $root.peyk.v1.SubscriptionOptions.decode(reader, reader.size(), $undefined, _depth + 1, message.options);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return CreateSubscription;
        })();

        v1.UpdateSubscription = (function() {

            const UpdateSubscription = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            UpdateSubscription.prototype.name = "";
            UpdateSubscription.prototype.options = undefined;

            UpdateSubscription.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.options != null && $Object.hasOwnProperty.call(message, "options"))
                    $root.peyk.v1.SubscriptionOptions.encode(message.options, writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            UpdateSubscription.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.UpdateSubscription();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.options = $root.peyk.v1.SubscriptionOptions.decode(reader, reader.size(), $undefined, _depth + 1, message.options);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UpdateSubscription;
        })();

        v1.GetSubscription = (function() {

            const GetSubscription = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            GetSubscription.prototype.name = "";

            GetSubscription.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            GetSubscription.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.GetSubscription();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return GetSubscription;
        })();

        v1.ListSubscriptions = (function() {

            const ListSubscriptions = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ListSubscriptions.prototype.pattern = "";
            ListSubscriptions.prototype.after = "";
            ListSubscriptions.prototype.limit = 0;

            ListSubscriptions.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.pattern != null && $Object.hasOwnProperty.call(message, "pattern") && message.pattern !== "")
                    writer.uint32(10).string(message.pattern);
                if (message.after != null && $Object.hasOwnProperty.call(message, "after") && message.after !== "")
                    writer.uint32(18).string(message.after);
                if (message.limit != null && $Object.hasOwnProperty.call(message, "limit") && message.limit !== 0)
                    writer.uint32(24).uint32(message.limit);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ListSubscriptions.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.ListSubscriptions();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.pattern = value;
                            else
                                delete message.pattern;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.after = value;
                            else
                                delete message.after;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.limit = value;
                            else
                                delete message.limit;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ListSubscriptions;
        })();

        v1.PeekSubscription = (function() {

            const PeekSubscription = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            PeekSubscription.prototype.name = "";
            PeekSubscription.prototype.state = "";
            PeekSubscription.prototype.count = 0;

            PeekSubscription.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== "")
                    writer.uint32(18).string(message.state);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(24).uint32(message.count);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            PeekSubscription.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.PeekSubscription();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeekSubscription;
        })();

        v1.PurgeSubscription = (function() {

            const PurgeSubscription = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            PurgeSubscription.prototype.name = "";
            PurgeSubscription.prototype.dryRun = false;

            PurgeSubscription.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.dryRun != null && $Object.hasOwnProperty.call(message, "dryRun") && message.dryRun !== false)
                    writer.uint32(16).bool(message.dryRun);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            PurgeSubscription.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.PurgeSubscription();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.dryRun = value;
                            else
                                delete message.dryRun;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PurgeSubscription;
        })();

        v1.DeleteSubscription = (function() {

            const DeleteSubscription = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            DeleteSubscription.prototype.name = "";
            DeleteSubscription.prototype.force = false;

            DeleteSubscription.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(10).string(message.name);
                if (message.force != null && $Object.hasOwnProperty.call(message, "force") && message.force !== false)
                    writer.uint32(16).bool(message.force);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            DeleteSubscription.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.DeleteSubscription();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.force = value;
                            else
                                delete message.force;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeleteSubscription;
        })();

        v1.PeekedMessages = (function() {

            const PeekedMessages = function (properties) {
                this.messages = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            PeekedMessages.prototype.messages = $util.emptyArray;

            PeekedMessages.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.messages != null && message.messages.length)
                    for (let i = 0; i < message.messages.length; ++i)
                        $root.peyk.v1.PeekedMessage.encode(message.messages[i], writer.uint32(10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            PeekedMessages.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.PeekedMessages();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.messages && message.messages.length))
                                message.messages = [];
                            message.messages.push($root.peyk.v1.PeekedMessage.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeekedMessages;
        })();

        v1.PeekedMessage = (function() {

            const PeekedMessage = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            PeekedMessage.prototype.topic = "";
            PeekedMessage.prototype.epoch = 0;
            PeekedMessage.prototype.position = 0;
            PeekedMessage.prototype.publishedAtMs = 0;
            PeekedMessage.prototype.failedAttempts = 0;
            PeekedMessage.prototype.state = "";
            PeekedMessage.prototype.message = $util.newBuffer([]);

            PeekedMessage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== "")
                    writer.uint32(10).string(message.topic);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(16).uint64(message.epoch);
                if (message.position != null && $Object.hasOwnProperty.call(message, "position") && (typeof message.position === "object" ? message.position.low || message.position.high : message.position !== 0))
                    writer.uint32(24).uint64(message.position);
                if (message.publishedAtMs != null && $Object.hasOwnProperty.call(message, "publishedAtMs") && (typeof message.publishedAtMs === "object" ? message.publishedAtMs.low || message.publishedAtMs.high : message.publishedAtMs !== 0))
                    writer.uint32(32).uint64(message.publishedAtMs);
                if (message.failedAttempts != null && $Object.hasOwnProperty.call(message, "failedAttempts") && message.failedAttempts !== 0)
                    writer.uint32(40).uint32(message.failedAttempts);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== "")
                    writer.uint32(50).string(message.state);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message.length)
                    writer.uint32(122).bytes(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            PeekedMessage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.PeekedMessage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.position = value;
                            else
                                delete message.position;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.publishedAtMs = value;
                            else
                                delete message.publishedAtMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.failedAttempts = value;
                            else
                                delete message.failedAttempts;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeekedMessage;
        })();

        v1.DeadLetterReason = (function() {

            const DeadLetterReason = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            DeadLetterReason.prototype.reason = "";
            DeadLetterReason.prototype.error = "";
            DeadLetterReason.prototype.attempts = 0;
            DeadLetterReason.prototype.firstFailedAtMs = 0;
            DeadLetterReason.prototype.deadAtMs = 0;
            DeadLetterReason.prototype.lastConsumer = "";
            DeadLetterReason.prototype.redrives = 0;

            DeadLetterReason.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(10).string(message.reason);
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== "")
                    writer.uint32(18).string(message.error);
                if (message.attempts != null && $Object.hasOwnProperty.call(message, "attempts") && message.attempts !== 0)
                    writer.uint32(24).uint32(message.attempts);
                if (message.firstFailedAtMs != null && $Object.hasOwnProperty.call(message, "firstFailedAtMs") && (typeof message.firstFailedAtMs === "object" ? message.firstFailedAtMs.low || message.firstFailedAtMs.high : message.firstFailedAtMs !== 0))
                    writer.uint32(32).uint64(message.firstFailedAtMs);
                if (message.deadAtMs != null && $Object.hasOwnProperty.call(message, "deadAtMs") && (typeof message.deadAtMs === "object" ? message.deadAtMs.low || message.deadAtMs.high : message.deadAtMs !== 0))
                    writer.uint32(40).uint64(message.deadAtMs);
                if (message.lastConsumer != null && $Object.hasOwnProperty.call(message, "lastConsumer") && message.lastConsumer !== "")
                    writer.uint32(50).string(message.lastConsumer);
                if (message.redrives != null && $Object.hasOwnProperty.call(message, "redrives") && message.redrives !== 0)
                    writer.uint32(56).uint32(message.redrives);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            DeadLetterReason.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.DeadLetterReason();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.attempts = value;
                            else
                                delete message.attempts;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstFailedAtMs = value;
                            else
                                delete message.firstFailedAtMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.deadAtMs = value;
                            else
                                delete message.deadAtMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.lastConsumer = value;
                            else
                                delete message.lastConsumer;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.redrives = value;
                            else
                                delete message.redrives;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeadLetterReason;
        })();

        v1.DeadLetter = (function() {

            const DeadLetter = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            DeadLetter.prototype.id = "";
            DeadLetter.prototype.topic = "";
            DeadLetter.prototype.publishedAtMs = 0;
            DeadLetter.prototype.reason = undefined;
            DeadLetter.prototype.message = $util.newBuffer([]);

            DeadLetter.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                    writer.uint32(10).string(message.id);
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== "")
                    writer.uint32(18).string(message.topic);
                if (message.publishedAtMs != null && $Object.hasOwnProperty.call(message, "publishedAtMs") && (typeof message.publishedAtMs === "object" ? message.publishedAtMs.low || message.publishedAtMs.high : message.publishedAtMs !== 0))
                    writer.uint32(24).uint64(message.publishedAtMs);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason"))
                    $root.peyk.v1.DeadLetterReason.encode(message.reason, writer.uint32(34).fork(), _depth + 1).ldelim();
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message.length)
                    writer.uint32(122).bytes(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            DeadLetter.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.DeadLetter();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.publishedAtMs = value;
                            else
                                delete message.publishedAtMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.reason = $root.peyk.v1.DeadLetterReason.decode(reader, reader.size(), $undefined, _depth + 1, message.reason);
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeadLetter;
        })();

        v1.DeadLetterPage = (function() {

            const DeadLetterPage = function (properties) {
                this.deadLetters = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            DeadLetterPage.prototype.deadLetters = $util.emptyArray;
            DeadLetterPage.prototype.next = "";

            DeadLetterPage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.deadLetters != null && message.deadLetters.length)
                    for (let i = 0; i < message.deadLetters.length; ++i)
                        $root.peyk.v1.DeadLetter.encode(message.deadLetters[i], writer.uint32(10).fork(), _depth + 1).ldelim();
                if (message.next != null && $Object.hasOwnProperty.call(message, "next") && message.next !== "")
                    writer.uint32(18).string(message.next);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            DeadLetterPage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.DeadLetterPage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.deadLetters && message.deadLetters.length))
                                message.deadLetters = [];
                            message.deadLetters.push($root.peyk.v1.DeadLetter.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.next = value;
                            else
                                delete message.next;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeadLetterPage;
        })();

        v1.Which = (function() {

            const Which = function (properties) {
                this.ids = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Which.prototype.ids = $util.emptyArray;
            Which.prototype.count = 0;

            Which.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.ids != null && message.ids.length)
                    for (let i = 0; i < message.ids.length; ++i)
                        writer.uint32(10).string(message.ids[i]);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && (typeof message.count === "object" ? message.count.low || message.count.high : message.count !== 0))
                    writer.uint32(16).uint64(message.count);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Which.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Which();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.ids && message.ids.length))
                                message.ids = [];
                            message.ids.push(reader.stringVerify());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Which;
        })();

        v1.ListDeadLetters = (function() {

            const ListDeadLetters = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ListDeadLetters.prototype.subscription = "";
            ListDeadLetters.prototype.which = undefined;
            ListDeadLetters.prototype.after = "";
            ListDeadLetters.prototype.limit = 0;

            ListDeadLetters.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== "")
                    writer.uint32(10).string(message.subscription);
                if (message.which != null && $Object.hasOwnProperty.call(message, "which"))
                    $root.peyk.v1.Which.encode(message.which, writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.after != null && $Object.hasOwnProperty.call(message, "after") && message.after !== "")
                    writer.uint32(26).string(message.after);
                if (message.limit != null && $Object.hasOwnProperty.call(message, "limit") && message.limit !== 0)
                    writer.uint32(32).uint32(message.limit);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ListDeadLetters.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.ListDeadLetters();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.subscription = value;
                            else
                                delete message.subscription;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.which = $root.peyk.v1.Which.decode(reader, reader.size(), $undefined, _depth + 1, message.which);
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.after = value;
                            else
                                delete message.after;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.limit = value;
                            else
                                delete message.limit;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ListDeadLetters;
        })();

        v1.RedriveDeadLetters = (function() {

            const RedriveDeadLetters = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            RedriveDeadLetters.prototype.subscription = "";
            RedriveDeadLetters.prototype.which = undefined;
            RedriveDeadLetters.prototype.perSecond = 0;
            RedriveDeadLetters.prototype.dryRun = false;

            RedriveDeadLetters.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== "")
                    writer.uint32(10).string(message.subscription);
                if (message.which != null && $Object.hasOwnProperty.call(message, "which"))
                    $root.peyk.v1.Which.encode(message.which, writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.perSecond != null && $Object.hasOwnProperty.call(message, "perSecond") && !$Object.is(message.perSecond, 0))
                    writer.uint32(25).double(message.perSecond);
                if (message.dryRun != null && $Object.hasOwnProperty.call(message, "dryRun") && message.dryRun !== false)
                    writer.uint32(32).bool(message.dryRun);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            RedriveDeadLetters.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.RedriveDeadLetters();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.subscription = value;
                            else
                                delete message.subscription;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.which = $root.peyk.v1.Which.decode(reader, reader.size(), $undefined, _depth + 1, message.which);
                            continue;
                        }
                    case 3: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.perSecond = value;
                            else
                                delete message.perSecond;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.dryRun = value;
                            else
                                delete message.dryRun;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RedriveDeadLetters;
        })();

        v1.PurgeDeadLetters = (function() {

            const PurgeDeadLetters = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            PurgeDeadLetters.prototype.subscription = "";
            PurgeDeadLetters.prototype.which = undefined;
            PurgeDeadLetters.prototype.dryRun = false;

            PurgeDeadLetters.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== "")
                    writer.uint32(10).string(message.subscription);
                if (message.which != null && $Object.hasOwnProperty.call(message, "which"))
                    $root.peyk.v1.Which.encode(message.which, writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.dryRun != null && $Object.hasOwnProperty.call(message, "dryRun") && message.dryRun !== false)
                    writer.uint32(24).bool(message.dryRun);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            PurgeDeadLetters.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.PurgeDeadLetters();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.subscription = value;
                            else
                                delete message.subscription;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.which = $root.peyk.v1.Which.decode(reader, reader.size(), $undefined, _depth + 1, message.which);
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.dryRun = value;
                            else
                                delete message.dryRun;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PurgeDeadLetters;
        })();

        v1.Count = (function() {

            const Count = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Count.prototype.count = 0;

            Count.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && (typeof message.count === "object" ? message.count.low || message.count.high : message.count !== 0))
                    writer.uint32(8).uint64(message.count);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Count.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Count();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Count;
        })();

        v1.GetStatus = (function() {

            const GetStatus = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            GetStatus.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            GetStatus.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.GetStatus();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return GetStatus;
        })();

        v1.Status = (function() {

            const Status = function (properties) {
                this.counters = {};
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Status.prototype.version = "";
            Status.prototype.boot = 0;
            Status.prototype.startedAtMs = 0;
            Status.prototype.state = "";
            Status.prototype.connections = 0;
            Status.prototype.sessions = 0;
            Status.prototype.topics = 0;
            Status.prototype.subscriptions = 0;
            Status.prototype.diskBytes = 0;
            Status.prototype.residentBytes = 0;
            Status.prototype.publishPerSecond = 0;
            Status.prototype.deliverPerSecond = 0;
            Status.prototype.eventLoopDelayP99Ms = 0;
            Status.prototype.eventLoopDelayP999Ms = 0;
            Status.prototype.eventLoopDelayMaxMs = 0;
            Status.prototype.counters = $util.emptyObject;

            Status.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== "")
                    writer.uint32(10).string(message.version);
                if (message.boot != null && $Object.hasOwnProperty.call(message, "boot") && (typeof message.boot === "object" ? message.boot.low || message.boot.high : message.boot !== 0))
                    writer.uint32(16).uint64(message.boot);
                if (message.startedAtMs != null && $Object.hasOwnProperty.call(message, "startedAtMs") && (typeof message.startedAtMs === "object" ? message.startedAtMs.low || message.startedAtMs.high : message.startedAtMs !== 0))
                    writer.uint32(24).uint64(message.startedAtMs);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== "")
                    writer.uint32(34).string(message.state);
                if (message.connections != null && $Object.hasOwnProperty.call(message, "connections") && message.connections !== 0)
                    writer.uint32(40).uint32(message.connections);
                if (message.sessions != null && $Object.hasOwnProperty.call(message, "sessions") && message.sessions !== 0)
                    writer.uint32(48).uint32(message.sessions);
                if (message.topics != null && $Object.hasOwnProperty.call(message, "topics") && message.topics !== 0)
                    writer.uint32(56).uint32(message.topics);
                if (message.subscriptions != null && $Object.hasOwnProperty.call(message, "subscriptions") && message.subscriptions !== 0)
                    writer.uint32(64).uint32(message.subscriptions);
                if (message.diskBytes != null && $Object.hasOwnProperty.call(message, "diskBytes") && (typeof message.diskBytes === "object" ? message.diskBytes.low || message.diskBytes.high : message.diskBytes !== 0))
                    writer.uint32(72).uint64(message.diskBytes);
                if (message.residentBytes != null && $Object.hasOwnProperty.call(message, "residentBytes") && (typeof message.residentBytes === "object" ? message.residentBytes.low || message.residentBytes.high : message.residentBytes !== 0))
                    writer.uint32(80).uint64(message.residentBytes);
                if (message.publishPerSecond != null && $Object.hasOwnProperty.call(message, "publishPerSecond") && !$Object.is(message.publishPerSecond, 0))
                    writer.uint32(89).double(message.publishPerSecond);
                if (message.deliverPerSecond != null && $Object.hasOwnProperty.call(message, "deliverPerSecond") && !$Object.is(message.deliverPerSecond, 0))
                    writer.uint32(97).double(message.deliverPerSecond);
                if (message.eventLoopDelayP99Ms != null && $Object.hasOwnProperty.call(message, "eventLoopDelayP99Ms") && !$Object.is(message.eventLoopDelayP99Ms, 0))
                    writer.uint32(105).double(message.eventLoopDelayP99Ms);
                if (message.counters != null && $Object.hasOwnProperty.call(message, "counters"))
                    for (let keys = $Object.keys(message.counters), i = 0; i < keys.length; ++i)
                        writer.uint32(114).fork().uint32(10).string(keys[i]).uint32(16).uint64(message.counters[keys[i]]).ldelim();
                if (message.eventLoopDelayP999Ms != null && $Object.hasOwnProperty.call(message, "eventLoopDelayP999Ms") && !$Object.is(message.eventLoopDelayP999Ms, 0))
                    writer.uint32(121).double(message.eventLoopDelayP999Ms);
                if (message.eventLoopDelayMaxMs != null && $Object.hasOwnProperty.call(message, "eventLoopDelayMaxMs") && !$Object.is(message.eventLoopDelayMaxMs, 0))
                    writer.uint32(129).double(message.eventLoopDelayMaxMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Status.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, key, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Status();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.boot = value;
                            else
                                delete message.boot;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.startedAtMs = value;
                            else
                                delete message.startedAtMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.connections = value;
                            else
                                delete message.connections;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sessions = value;
                            else
                                delete message.sessions;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.topics = value;
                            else
                                delete message.topics;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.subscriptions = value;
                            else
                                delete message.subscriptions;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.diskBytes = value;
                            else
                                delete message.diskBytes;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.residentBytes = value;
                            else
                                delete message.residentBytes;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.publishPerSecond = value;
                            else
                                delete message.publishPerSecond;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.deliverPerSecond = value;
                            else
                                delete message.deliverPerSecond;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.eventLoopDelayP99Ms = value;
                            else
                                delete message.eventLoopDelayP99Ms;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.eventLoopDelayP999Ms = value;
                            else
                                delete message.eventLoopDelayP999Ms;
                            continue;
                        }
                    case 16: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.eventLoopDelayMaxMs = value;
                            else
                                delete message.eventLoopDelayMaxMs;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            if (message.counters === $util.emptyObject)
                                message.counters = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = $util.Long ? $util.Long.fromNumber(0, true) : 0;
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 0)
                                        break;
                                    value = reader.uint64();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.counters, key);
                            message.counters[key] = value;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Status;
        })();

        v1.ErrorCode = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "ERROR_CODE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "ERROR_CODE_INTERNAL"] = 1;
            values[valuesById[2] = "ERROR_CODE_INVALID_ARGUMENT"] = 2;
            values[valuesById[3] = "ERROR_CODE_INVALID_PAYLOAD"] = 3;
            values[valuesById[4] = "ERROR_CODE_PAYLOAD_TOO_LARGE"] = 4;
            values[valuesById[5] = "ERROR_CODE_NOT_FOUND"] = 5;
            values[valuesById[6] = "ERROR_CODE_CONFLICT"] = 6;
            values[valuesById[7] = "ERROR_CODE_LEASE_LOST"] = 7;
            values[valuesById[8] = "ERROR_CODE_NO_SUBSCRIPTION"] = 8;
            values[valuesById[9] = "ERROR_CODE_FENCED"] = 9;
            values[valuesById[10] = "ERROR_CODE_UNAUTHENTICATED"] = 10;
            values[valuesById[11] = "ERROR_CODE_PERMISSION_DENIED"] = 11;
            values[valuesById[12] = "ERROR_CODE_TIMEOUT"] = 12;
            values[valuesById[13] = "ERROR_CODE_OUTCOME_UNKNOWN"] = 13;
            values[valuesById[14] = "ERROR_CODE_RESOURCE_EXHAUSTED"] = 14;
            values[valuesById[15] = "ERROR_CODE_UNAVAILABLE"] = 15;
            values[valuesById[16] = "ERROR_CODE_UNSUPPORTED"] = 16;
            values[valuesById[17] = "ERROR_CODE_PROTOCOL_VIOLATION"] = 17;
            values[valuesById[18] = "ERROR_CODE_CLOSED"] = 18;
            values[valuesById[19] = "ERROR_CODE_PRODUCER_UNKNOWN"] = 19;
            return values;
        })();

        v1.Error = (function() {

            const Error = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Error.prototype.code = 0;
            Error.prototype.message = "";
            Error.prototype.field = "";
            Error.prototype.retryAfterMs = undefined;
            Error.prototype.limit = undefined;

            let $oneOfFields;

            Error.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== 0)
                    writer.uint32(8).int32(message.code);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                    writer.uint32(18).string(message.message);
                if (message.field != null && $Object.hasOwnProperty.call(message, "field") && message.field !== "")
                    writer.uint32(26).string(message.field);
                if (message.retryAfterMs != null && $Object.hasOwnProperty.call(message, "retryAfterMs"))
                    writer.uint32(32).uint64(message.retryAfterMs);
                if (message.limit != null && $Object.hasOwnProperty.call(message, "limit"))
                    writer.uint32(40).uint64(message.limit);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Error.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Error();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.field = value;
                            else
                                delete message.field;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.retryAfterMs = reader.uint64();
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.limit = reader.uint64();
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Error;
        })();

        v1.Hello = (function() {

            const Hello = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Hello.prototype.version = 0;
            Hello.prototype.minVersion = 0;
            Hello.prototype.clientName = "";
            Hello.prototype.clientSoftware = "";
            Hello.prototype.credentials = undefined;
            Hello.prototype.resume = undefined;
            Hello.prototype.producerId = $util.newBuffer([]);

            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(8).uint32(message.version);
                if (message.minVersion != null && $Object.hasOwnProperty.call(message, "minVersion") && message.minVersion !== 0)
                    writer.uint32(16).uint32(message.minVersion);
                if (message.clientName != null && $Object.hasOwnProperty.call(message, "clientName") && message.clientName !== "")
                    writer.uint32(26).string(message.clientName);
                if (message.clientSoftware != null && $Object.hasOwnProperty.call(message, "clientSoftware") && message.clientSoftware !== "")
                    writer.uint32(34).string(message.clientSoftware);
                if (message.credentials != null && $Object.hasOwnProperty.call(message, "credentials"))
                    $root.peyk.v1.Credentials.encode(message.credentials, writer.uint32(42).fork(), _depth + 1).ldelim();
                if (message.resume != null && $Object.hasOwnProperty.call(message, "resume"))
                    $root.peyk.v1.Resume.encode(message.resume, writer.uint32(50).fork(), _depth + 1).ldelim();
                if (message.producerId != null && $Object.hasOwnProperty.call(message, "producerId") && message.producerId.length)
                    writer.uint32(58).bytes(message.producerId);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Hello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Hello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.minVersion = value;
                            else
                                delete message.minVersion;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.clientName = value;
                            else
                                delete message.clientName;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.clientSoftware = value;
                            else
                                delete message.clientSoftware;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.credentials = $root.peyk.v1.Credentials.decode(reader, reader.size(), $undefined, _depth + 1, message.credentials);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.resume = $root.peyk.v1.Resume.decode(reader, reader.size(), $undefined, _depth + 1, message.resume);
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.producerId = value;
                            else
                                delete message.producerId;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Hello;
        })();

        v1.Credentials = (function() {

            const Credentials = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Credentials.prototype.token = "";

            Credentials.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token !== "")
                    writer.uint32(10).string(message.token);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Credentials.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Credentials();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Credentials;
        })();

        v1.Resume = (function() {

            const Resume = function (properties) {
                this.consumers = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Resume.prototype.sessionId = $util.newBuffer([]);
            Resume.prototype.secret = $util.newBuffer([]);
            Resume.prototype.consumers = $util.emptyArray;
            Resume.prototype.more = false;

            Resume.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sessionId != null && $Object.hasOwnProperty.call(message, "sessionId") && message.sessionId.length)
                    writer.uint32(10).bytes(message.sessionId);
                if (message.secret != null && $Object.hasOwnProperty.call(message, "secret") && message.secret.length)
                    writer.uint32(18).bytes(message.secret);
                if (message.consumers != null && message.consumers.length)
                    for (let i = 0; i < message.consumers.length; ++i)
                        $root.peyk.v1.ConsumerPosition.encode(message.consumers[i], writer.uint32(26).fork(), _depth + 1).ldelim();
                if (message.more != null && $Object.hasOwnProperty.call(message, "more") && message.more !== false)
                    writer.uint32(32).bool(message.more);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Resume.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Resume();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sessionId = value;
                            else
                                delete message.sessionId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.secret = value;
                            else
                                delete message.secret;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.consumers && message.consumers.length))
                                message.consumers = [];
                            message.consumers.push($root.peyk.v1.ConsumerPosition.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.more = value;
                            else
                                delete message.more;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Resume;
        })();

        v1.ConsumerPosition = (function() {

            const ConsumerPosition = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ConsumerPosition.prototype.consumer = 0;
            ConsumerPosition.prototype.lastDelivery = 0;

            ConsumerPosition.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.consumer != null && $Object.hasOwnProperty.call(message, "consumer") && message.consumer !== 0)
                    writer.uint32(8).uint32(message.consumer);
                if (message.lastDelivery != null && $Object.hasOwnProperty.call(message, "lastDelivery") && (typeof message.lastDelivery === "object" ? message.lastDelivery.low || message.lastDelivery.high : message.lastDelivery !== 0))
                    writer.uint32(16).uint64(message.lastDelivery);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ConsumerPosition.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.ConsumerPosition();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.consumer = value;
                            else
                                delete message.consumer;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.lastDelivery = value;
                            else
                                delete message.lastDelivery;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ConsumerPosition;
        })();

        v1.Welcome = (function() {

            const Welcome = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Welcome.prototype.version = 0;
            Welcome.prototype.sessionId = $util.newBuffer([]);
            Welcome.prototype.sessionSecret = $util.newBuffer([]);
            Welcome.prototype.resumed = false;
            Welcome.prototype.server = undefined;
            Welcome.prototype.limits = undefined;
            Welcome.prototype.producerKnown = false;
            Welcome.prototype.lastSequence = 0;

            Welcome.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(8).uint32(message.version);
                if (message.sessionId != null && $Object.hasOwnProperty.call(message, "sessionId") && message.sessionId.length)
                    writer.uint32(18).bytes(message.sessionId);
                if (message.sessionSecret != null && $Object.hasOwnProperty.call(message, "sessionSecret") && message.sessionSecret.length)
                    writer.uint32(26).bytes(message.sessionSecret);
                if (message.resumed != null && $Object.hasOwnProperty.call(message, "resumed") && message.resumed !== false)
                    writer.uint32(32).bool(message.resumed);
                if (message.server != null && $Object.hasOwnProperty.call(message, "server"))
                    $root.peyk.v1.ServerInfo.encode(message.server, writer.uint32(42).fork(), _depth + 1).ldelim();
                if (message.limits != null && $Object.hasOwnProperty.call(message, "limits"))
                    $root.peyk.v1.Limits.encode(message.limits, writer.uint32(50).fork(), _depth + 1).ldelim();
                if (message.producerKnown != null && $Object.hasOwnProperty.call(message, "producerKnown") && message.producerKnown !== false)
                    writer.uint32(56).bool(message.producerKnown);
                if (message.lastSequence != null && $Object.hasOwnProperty.call(message, "lastSequence") && (typeof message.lastSequence === "object" ? message.lastSequence.low || message.lastSequence.high : message.lastSequence !== 0))
                    writer.uint32(64).uint64(message.lastSequence);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Welcome.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Welcome();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sessionId = value;
                            else
                                delete message.sessionId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sessionSecret = value;
                            else
                                delete message.sessionSecret;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.resumed = value;
                            else
                                delete message.resumed;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.server = $root.peyk.v1.ServerInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.server);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.limits = $root.peyk.v1.Limits.decode(reader, reader.size(), $undefined, _depth + 1, message.limits);
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.producerKnown = value;
                            else
                                delete message.producerKnown;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.lastSequence = value;
                            else
                                delete message.lastSequence;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Welcome;
        })();

        v1.ServerInfo = (function() {

            const ServerInfo = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServerInfo.prototype.version = "";
            ServerInfo.prototype.boot = 0;
            ServerInfo.prototype.capabilities = undefined;

            ServerInfo.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== "")
                    writer.uint32(10).string(message.version);
                if (message.boot != null && $Object.hasOwnProperty.call(message, "boot") && (typeof message.boot === "object" ? message.boot.low || message.boot.high : message.boot !== 0))
                    writer.uint32(16).uint64(message.boot);
                if (message.capabilities != null && $Object.hasOwnProperty.call(message, "capabilities"))
                    $root.peyk.v1.Capabilities.encode(message.capabilities, writer.uint32(26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServerInfo.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.ServerInfo();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.boot = value;
                            else
                                delete message.boot;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.capabilities = $root.peyk.v1.Capabilities.decode(reader, reader.size(), $undefined, _depth + 1, message.capabilities);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ServerInfo;
        })();

        v1.Capabilities = (function() {

            const Capabilities = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Capabilities.prototype.engine = "";
            Capabilities.prototype.durability = "";
            Capabilities.prototype.ackDurability = "";
            Capabilities.prototype.fencing = "";
            Capabilities.prototype.atomicCommit = false;
            Capabilities.prototype.attempts = "";
            Capabilities.prototype.keyIsolation = "";

            Capabilities.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.engine != null && $Object.hasOwnProperty.call(message, "engine") && message.engine !== "")
                    writer.uint32(10).string(message.engine);
                if (message.durability != null && $Object.hasOwnProperty.call(message, "durability") && message.durability !== "")
                    writer.uint32(18).string(message.durability);
                if (message.ackDurability != null && $Object.hasOwnProperty.call(message, "ackDurability") && message.ackDurability !== "")
                    writer.uint32(26).string(message.ackDurability);
                if (message.fencing != null && $Object.hasOwnProperty.call(message, "fencing") && message.fencing !== "")
                    writer.uint32(34).string(message.fencing);
                if (message.atomicCommit != null && $Object.hasOwnProperty.call(message, "atomicCommit") && message.atomicCommit !== false)
                    writer.uint32(40).bool(message.atomicCommit);
                if (message.attempts != null && $Object.hasOwnProperty.call(message, "attempts") && message.attempts !== "")
                    writer.uint32(50).string(message.attempts);
                if (message.keyIsolation != null && $Object.hasOwnProperty.call(message, "keyIsolation") && message.keyIsolation !== "")
                    writer.uint32(58).string(message.keyIsolation);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Capabilities.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Capabilities();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.engine = value;
                            else
                                delete message.engine;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.durability = value;
                            else
                                delete message.durability;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.ackDurability = value;
                            else
                                delete message.ackDurability;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.fencing = value;
                            else
                                delete message.fencing;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.atomicCommit = value;
                            else
                                delete message.atomicCommit;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.attempts = value;
                            else
                                delete message.attempts;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.keyIsolation = value;
                            else
                                delete message.keyIsolation;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Capabilities;
        })();

        v1.Limits = (function() {

            const Limits = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Limits.prototype.maxPacketBytes = 0;
            Limits.prototype.maxPayloadBytes = 0;
            Limits.prototype.maxBatchMessages = 0;
            Limits.prototype.maxSettleRanges = 0;
            Limits.prototype.maxUnconfirmedMessages = 0;
            Limits.prototype.maxUnconfirmedBytes = 0;
            Limits.prototype.maxCreditMessages = 0;
            Limits.prototype.maxCreditBytes = 0;
            Limits.prototype.pingIntervalMs = 0;
            Limits.prototype.resumeGraceMs = 0;

            Limits.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.maxPacketBytes != null && $Object.hasOwnProperty.call(message, "maxPacketBytes") && (typeof message.maxPacketBytes === "object" ? message.maxPacketBytes.low || message.maxPacketBytes.high : message.maxPacketBytes !== 0))
                    writer.uint32(8).uint64(message.maxPacketBytes);
                if (message.maxPayloadBytes != null && $Object.hasOwnProperty.call(message, "maxPayloadBytes") && (typeof message.maxPayloadBytes === "object" ? message.maxPayloadBytes.low || message.maxPayloadBytes.high : message.maxPayloadBytes !== 0))
                    writer.uint32(16).uint64(message.maxPayloadBytes);
                if (message.maxBatchMessages != null && $Object.hasOwnProperty.call(message, "maxBatchMessages") && message.maxBatchMessages !== 0)
                    writer.uint32(24).uint32(message.maxBatchMessages);
                if (message.maxSettleRanges != null && $Object.hasOwnProperty.call(message, "maxSettleRanges") && message.maxSettleRanges !== 0)
                    writer.uint32(32).uint32(message.maxSettleRanges);
                if (message.maxUnconfirmedMessages != null && $Object.hasOwnProperty.call(message, "maxUnconfirmedMessages") && message.maxUnconfirmedMessages !== 0)
                    writer.uint32(40).uint32(message.maxUnconfirmedMessages);
                if (message.maxUnconfirmedBytes != null && $Object.hasOwnProperty.call(message, "maxUnconfirmedBytes") && (typeof message.maxUnconfirmedBytes === "object" ? message.maxUnconfirmedBytes.low || message.maxUnconfirmedBytes.high : message.maxUnconfirmedBytes !== 0))
                    writer.uint32(48).uint64(message.maxUnconfirmedBytes);
                if (message.maxCreditMessages != null && $Object.hasOwnProperty.call(message, "maxCreditMessages") && message.maxCreditMessages !== 0)
                    writer.uint32(56).uint32(message.maxCreditMessages);
                if (message.maxCreditBytes != null && $Object.hasOwnProperty.call(message, "maxCreditBytes") && (typeof message.maxCreditBytes === "object" ? message.maxCreditBytes.low || message.maxCreditBytes.high : message.maxCreditBytes !== 0))
                    writer.uint32(64).uint64(message.maxCreditBytes);
                if (message.pingIntervalMs != null && $Object.hasOwnProperty.call(message, "pingIntervalMs") && message.pingIntervalMs !== 0)
                    writer.uint32(72).uint32(message.pingIntervalMs);
                if (message.resumeGraceMs != null && $Object.hasOwnProperty.call(message, "resumeGraceMs") && message.resumeGraceMs !== 0)
                    writer.uint32(80).uint32(message.resumeGraceMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Limits.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Limits();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.maxPacketBytes = value;
                            else
                                delete message.maxPacketBytes;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.maxPayloadBytes = value;
                            else
                                delete message.maxPayloadBytes;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.maxBatchMessages = value;
                            else
                                delete message.maxBatchMessages;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.maxSettleRanges = value;
                            else
                                delete message.maxSettleRanges;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.maxUnconfirmedMessages = value;
                            else
                                delete message.maxUnconfirmedMessages;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.maxUnconfirmedBytes = value;
                            else
                                delete message.maxUnconfirmedBytes;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.maxCreditMessages = value;
                            else
                                delete message.maxCreditMessages;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.maxCreditBytes = value;
                            else
                                delete message.maxCreditBytes;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.pingIntervalMs = value;
                            else
                                delete message.pingIntervalMs;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.resumeGraceMs = value;
                            else
                                delete message.resumeGraceMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Limits;
        })();

        v1.Ping = (function() {

            const Ping = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Ping.prototype.nonce = 0;

            Ping.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && (typeof message.nonce === "object" ? message.nonce.low || message.nonce.high : message.nonce !== 0))
                    writer.uint32(8).uint64(message.nonce);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Ping.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Ping();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.nonce = value;
                            else
                                delete message.nonce;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Ping;
        })();

        v1.Pong = (function() {

            const Pong = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Pong.prototype.nonce = 0;

            Pong.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && (typeof message.nonce === "object" ? message.nonce.low || message.nonce.high : message.nonce !== 0))
                    writer.uint32(8).uint64(message.nonce);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Pong.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Pong();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.nonce = value;
                            else
                                delete message.nonce;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Pong;
        })();

        v1.GoAway = (function() {

            const GoAway = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            GoAway.prototype.reason = "";
            GoAway.prototype.graceMs = 0;

            GoAway.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(10).string(message.reason);
                if (message.graceMs != null && $Object.hasOwnProperty.call(message, "graceMs") && (typeof message.graceMs === "object" ? message.graceMs.low || message.graceMs.high : message.graceMs !== 0))
                    writer.uint32(16).uint64(message.graceMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            GoAway.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.GoAway();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.graceMs = value;
                            else
                                delete message.graceMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return GoAway;
        })();

        v1.Done = (function() {

            const Done = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Done.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Done.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Done();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Done;
        })();

        v1.Subscribe = (function() {

            const Subscribe = function (properties) {
                this.subscriptions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Subscribe.prototype.consumer = 0;
            Subscribe.prototype.subscriptions = $util.emptyArray;
            Subscribe.prototype.creditMessages = 0;
            Subscribe.prototype.creditBytes = 0;
            Subscribe.prototype.concurrency = 0;
            Subscribe.prototype.ackOnDelivery = false;
            Subscribe.prototype.create = undefined;
            Subscribe.prototype.mustExist = false;

            Subscribe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.consumer != null && $Object.hasOwnProperty.call(message, "consumer") && message.consumer !== 0)
                    writer.uint32(8).uint32(message.consumer);
                if (message.subscriptions != null && message.subscriptions.length)
                    for (let i = 0; i < message.subscriptions.length; ++i)
                        writer.uint32(18).string(message.subscriptions[i]);
                if (message.creditMessages != null && $Object.hasOwnProperty.call(message, "creditMessages") && message.creditMessages !== 0)
                    writer.uint32(24).uint32(message.creditMessages);
                if (message.creditBytes != null && $Object.hasOwnProperty.call(message, "creditBytes") && (typeof message.creditBytes === "object" ? message.creditBytes.low || message.creditBytes.high : message.creditBytes !== 0))
                    writer.uint32(32).uint64(message.creditBytes);
                if (message.concurrency != null && $Object.hasOwnProperty.call(message, "concurrency") && message.concurrency !== 0)
                    writer.uint32(40).uint32(message.concurrency);
                if (message.ackOnDelivery != null && $Object.hasOwnProperty.call(message, "ackOnDelivery") && message.ackOnDelivery !== false)
                    writer.uint32(48).bool(message.ackOnDelivery);
                if (message.create != null && $Object.hasOwnProperty.call(message, "create"))
                    $root.peyk.v1.SubscriptionOptions.encode(message.create, writer.uint32(58).fork(), _depth + 1).ldelim();
                if (message.mustExist != null && $Object.hasOwnProperty.call(message, "mustExist") && message.mustExist !== false)
                    writer.uint32(64).bool(message.mustExist);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Subscribe.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Subscribe();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.consumer = value;
                            else
                                delete message.consumer;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.subscriptions && message.subscriptions.length))
                                message.subscriptions = [];
                            message.subscriptions.push(reader.stringVerify());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.creditMessages = value;
                            else
                                delete message.creditMessages;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.creditBytes = value;
                            else
                                delete message.creditBytes;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.concurrency = value;
                            else
                                delete message.concurrency;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.ackOnDelivery = value;
                            else
                                delete message.ackOnDelivery;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.create = $root.peyk.v1.SubscriptionOptions.decode(reader, reader.size(), $undefined, _depth + 1, message.create);
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.mustExist = value;
                            else
                                delete message.mustExist;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Subscribe;
        })();

        v1.Subscribed = (function() {

            const Subscribed = function (properties) {
                this.sources = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Subscribed.prototype.sources = $util.emptyArray;

            Subscribed.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sources != null && message.sources.length)
                    for (let i = 0; i < message.sources.length; ++i)
                        $root.peyk.v1.SubscribedSource.encode(message.sources[i], writer.uint32(10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Subscribed.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Subscribed();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.sources && message.sources.length))
                                message.sources = [];
                            message.sources.push($root.peyk.v1.SubscribedSource.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Subscribed;
        })();

        v1.SubscribedSource = (function() {

            const SubscribedSource = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            SubscribedSource.prototype.subscription = "";
            SubscribedSource.prototype.maxAttempts = 0;
            SubscribedSource.prototype.ackDeadlineMs = 0;
            SubscribedSource.prototype.created = false;

            SubscribedSource.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== "")
                    writer.uint32(10).string(message.subscription);
                if (message.maxAttempts != null && $Object.hasOwnProperty.call(message, "maxAttempts") && message.maxAttempts !== 0)
                    writer.uint32(16).uint32(message.maxAttempts);
                if (message.ackDeadlineMs != null && $Object.hasOwnProperty.call(message, "ackDeadlineMs") && message.ackDeadlineMs !== 0)
                    writer.uint32(24).uint32(message.ackDeadlineMs);
                if (message.created != null && $Object.hasOwnProperty.call(message, "created") && message.created !== false)
                    writer.uint32(32).bool(message.created);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            SubscribedSource.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.SubscribedSource();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.subscription = value;
                            else
                                delete message.subscription;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.maxAttempts = value;
                            else
                                delete message.maxAttempts;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.ackDeadlineMs = value;
                            else
                                delete message.ackDeadlineMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.created = value;
                            else
                                delete message.created;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SubscribedSource;
        })();

        v1.Unsubscribe = (function() {

            const Unsubscribe = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Unsubscribe.prototype.consumer = 0;

            Unsubscribe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.consumer != null && $Object.hasOwnProperty.call(message, "consumer") && message.consumer !== 0)
                    writer.uint32(8).uint32(message.consumer);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Unsubscribe.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.Unsubscribe();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.consumer = value;
                            else
                                delete message.consumer;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Unsubscribe;
        })();

        v1.SettleVerb = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SETTLE_VERB_ACK"] = 0;
            values[valuesById[1] = "SETTLE_VERB_NACK"] = 1;
            values[valuesById[2] = "SETTLE_VERB_REJECT"] = 2;
            values[valuesById[3] = "SETTLE_VERB_RELEASE"] = 3;
            values[valuesById[4] = "SETTLE_VERB_EXTEND"] = 4;
            return values;
        })();

        v1.SettleOutcome = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SETTLE_OUTCOME_OK"] = 0;
            values[valuesById[1] = "SETTLE_OUTCOME_ALREADY_SETTLED"] = 1;
            values[valuesById[2] = "SETTLE_OUTCOME_LEASE_LOST"] = 2;
            values[valuesById[3] = "SETTLE_OUTCOME_UNKNOWN"] = 3;
            values[valuesById[4] = "SETTLE_OUTCOME_UNCONFIRMED"] = 4;
            return values;
        })();

        v1.ConsumerNotice = (function() {

            const ConsumerNotice = function (properties) {
                this.lost = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ConsumerNotice.prototype.consumer = 0;
            ConsumerNotice.prototype.lost = $util.emptyArray;
            ConsumerNotice.prototype.detached = undefined;
            ConsumerNotice.prototype.source = undefined;

            let $oneOfFields;

            ConsumerNotice.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.consumer != null && $Object.hasOwnProperty.call(message, "consumer") && message.consumer !== 0)
                    writer.uint32(8).uint32(message.consumer);
                if (message.lost != null && message.lost.length)
                    for (let i = 0; i < message.lost.length; ++i)
                        $root.peyk.v1.LostLease.encode(message.lost[i], writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.detached != null && $Object.hasOwnProperty.call(message, "detached"))
                    $root.peyk.v1.Error.encode(message.detached, writer.uint32(26).fork(), _depth + 1).ldelim();
                if (message.source != null && $Object.hasOwnProperty.call(message, "source"))
                    writer.uint32(32).uint32(message.source);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ConsumerNotice.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.ConsumerNotice();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.consumer = value;
                            else
                                delete message.consumer;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.lost && message.lost.length))
                                message.lost = [];
                            message.lost.push($root.peyk.v1.LostLease.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.detached = $root.peyk.v1.Error.decode(reader, reader.size(), $undefined, _depth + 1, message.detached);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.source = reader.uint32();
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ConsumerNotice;
        })();

        v1.LostLease = (function() {

            const LostLease = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            LostLease.prototype.firstDelivery = 0;
            LostLease.prototype.count = 0;
            LostLease.prototype.reason = "";

            LostLease.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.firstDelivery != null && $Object.hasOwnProperty.call(message, "firstDelivery") && (typeof message.firstDelivery === "object" ? message.firstDelivery.low || message.firstDelivery.high : message.firstDelivery !== 0))
                    writer.uint32(8).uint64(message.firstDelivery);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(16).uint32(message.count);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(26).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            LostLease.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.LostLease();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstDelivery = value;
                            else
                                delete message.firstDelivery;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return LostLease;
        })();

        v1.StartLive = (function() {

            const StartLive = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            StartLive.prototype.live = 0;
            StartLive.prototype.pattern = "";
            StartLive.prototype.after = undefined;

            StartLive.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.live != null && $Object.hasOwnProperty.call(message, "live") && message.live !== 0)
                    writer.uint32(8).uint32(message.live);
                if (message.pattern != null && $Object.hasOwnProperty.call(message, "pattern") && message.pattern !== "")
                    writer.uint32(18).string(message.pattern);
                if (message.after != null && $Object.hasOwnProperty.call(message, "after"))
                    $root.peyk.v1.LivePosition.encode(message.after, writer.uint32(26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            StartLive.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.StartLive();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.live = value;
                            else
                                delete message.live;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.pattern = value;
                            else
                                delete message.pattern;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.after = $root.peyk.v1.LivePosition.decode(reader, reader.size(), $undefined, _depth + 1, message.after);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return StartLive;
        })();

        v1.LivePosition = (function() {

            const LivePosition = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            LivePosition.prototype.epoch = 0;
            LivePosition.prototype.position = 0;

            LivePosition.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(8).uint64(message.epoch);
                if (message.position != null && $Object.hasOwnProperty.call(message, "position") && (typeof message.position === "object" ? message.position.low || message.position.high : message.position !== 0))
                    writer.uint32(16).uint64(message.position);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            LivePosition.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.LivePosition();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.position = value;
                            else
                                delete message.position;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return LivePosition;
        })();

        v1.StopLive = (function() {

            const StopLive = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            StopLive.prototype.live = 0;

            StopLive.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.live != null && $Object.hasOwnProperty.call(message, "live") && message.live !== 0)
                    writer.uint32(8).uint32(message.live);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            StopLive.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.peyk.v1.StopLive();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.live = value;
                            else
                                delete message.live;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return StopLive;
        })();

        return v1;
    })();

    return peyk;
})();


import type { Reader, Writer } from "protobufjs";

/**
 * What a codec of pbjs looks like. `decode` wants a NumberReader (a plain Reader gives Longs for 64-bit fields) and
 * throws whatever protobufjs throws. Absent fields of what it gives come from the prototype: never spread one.
 */
export interface Codec<Input, Output> {
  encode(message: Input, writer?: Writer): Writer;
  decode(reader: Pick<Reader, "buf" | "pos" | "len">, length?: number): Output;
}

export const peyk: { readonly v1: {
  readonly TopicOptions: Codec<peyk.v1.ITopicOptions, peyk.v1.TopicOptions>;
  readonly TopicInfo: Codec<peyk.v1.ITopicInfo, peyk.v1.TopicInfo>;
  readonly TopicPage: Codec<peyk.v1.ITopicPage, peyk.v1.TopicPage>;
  readonly CreateTopic: Codec<peyk.v1.ICreateTopic, peyk.v1.CreateTopic>;
  readonly UpdateTopic: Codec<peyk.v1.IUpdateTopic, peyk.v1.UpdateTopic>;
  readonly GetTopic: Codec<peyk.v1.IGetTopic, peyk.v1.GetTopic>;
  readonly ListTopics: Codec<peyk.v1.IListTopics, peyk.v1.ListTopics>;
  readonly PeekTopic: Codec<peyk.v1.IPeekTopic, peyk.v1.PeekTopic>;
  readonly PurgeTopic: Codec<peyk.v1.IPurgeTopic, peyk.v1.PurgeTopic>;
  readonly DeleteTopic: Codec<peyk.v1.IDeleteTopic, peyk.v1.DeleteTopic>;
  readonly SubscriptionOptions: Codec<peyk.v1.ISubscriptionOptions, peyk.v1.SubscriptionOptions>;
  readonly RetryPolicy: Codec<peyk.v1.IRetryPolicy, peyk.v1.RetryPolicy>;
  readonly SubscriptionInfo: Codec<peyk.v1.ISubscriptionInfo, peyk.v1.SubscriptionInfo>;
  readonly SubscriptionStats: Codec<peyk.v1.ISubscriptionStats, peyk.v1.SubscriptionStats>;
  readonly ConsumerInfo: Codec<peyk.v1.IConsumerInfo, peyk.v1.ConsumerInfo>;
  readonly SubscriptionPage: Codec<peyk.v1.ISubscriptionPage, peyk.v1.SubscriptionPage>;
  readonly CreateSubscription: Codec<peyk.v1.ICreateSubscription, peyk.v1.CreateSubscription>;
  readonly UpdateSubscription: Codec<peyk.v1.IUpdateSubscription, peyk.v1.UpdateSubscription>;
  readonly GetSubscription: Codec<peyk.v1.IGetSubscription, peyk.v1.GetSubscription>;
  readonly ListSubscriptions: Codec<peyk.v1.IListSubscriptions, peyk.v1.ListSubscriptions>;
  readonly PeekSubscription: Codec<peyk.v1.IPeekSubscription, peyk.v1.PeekSubscription>;
  readonly PurgeSubscription: Codec<peyk.v1.IPurgeSubscription, peyk.v1.PurgeSubscription>;
  readonly DeleteSubscription: Codec<peyk.v1.IDeleteSubscription, peyk.v1.DeleteSubscription>;
  readonly PeekedMessages: Codec<peyk.v1.IPeekedMessages, peyk.v1.PeekedMessages>;
  readonly PeekedMessage: Codec<peyk.v1.IPeekedMessage, peyk.v1.PeekedMessage>;
  readonly DeadLetterReason: Codec<peyk.v1.IDeadLetterReason, peyk.v1.DeadLetterReason>;
  readonly DeadLetter: Codec<peyk.v1.IDeadLetter, peyk.v1.DeadLetter>;
  readonly DeadLetterPage: Codec<peyk.v1.IDeadLetterPage, peyk.v1.DeadLetterPage>;
  readonly Which: Codec<peyk.v1.IWhich, peyk.v1.Which>;
  readonly ListDeadLetters: Codec<peyk.v1.IListDeadLetters, peyk.v1.ListDeadLetters>;
  readonly RedriveDeadLetters: Codec<peyk.v1.IRedriveDeadLetters, peyk.v1.RedriveDeadLetters>;
  readonly PurgeDeadLetters: Codec<peyk.v1.IPurgeDeadLetters, peyk.v1.PurgeDeadLetters>;
  readonly Count: Codec<peyk.v1.ICount, peyk.v1.Count>;
  readonly GetStatus: Codec<peyk.v1.IGetStatus, peyk.v1.GetStatus>;
  readonly Status: Codec<peyk.v1.IStatus, peyk.v1.Status>;
  readonly ErrorCode: { readonly ERROR_CODE_UNSPECIFIED: 0; readonly ERROR_CODE_INTERNAL: 1; readonly ERROR_CODE_INVALID_ARGUMENT: 2; readonly ERROR_CODE_INVALID_PAYLOAD: 3; readonly ERROR_CODE_PAYLOAD_TOO_LARGE: 4; readonly ERROR_CODE_NOT_FOUND: 5; readonly ERROR_CODE_CONFLICT: 6; readonly ERROR_CODE_LEASE_LOST: 7; readonly ERROR_CODE_NO_SUBSCRIPTION: 8; readonly ERROR_CODE_FENCED: 9; readonly ERROR_CODE_UNAUTHENTICATED: 10; readonly ERROR_CODE_PERMISSION_DENIED: 11; readonly ERROR_CODE_TIMEOUT: 12; readonly ERROR_CODE_OUTCOME_UNKNOWN: 13; readonly ERROR_CODE_RESOURCE_EXHAUSTED: 14; readonly ERROR_CODE_UNAVAILABLE: 15; readonly ERROR_CODE_UNSUPPORTED: 16; readonly ERROR_CODE_PROTOCOL_VIOLATION: 17; readonly ERROR_CODE_CLOSED: 18; readonly ERROR_CODE_PRODUCER_UNKNOWN: 19 };
  readonly Error: Codec<peyk.v1.IError, peyk.v1.Error>;
  readonly Hello: Codec<peyk.v1.IHello, peyk.v1.Hello>;
  readonly Credentials: Codec<peyk.v1.ICredentials, peyk.v1.Credentials>;
  readonly Resume: Codec<peyk.v1.IResume, peyk.v1.Resume>;
  readonly ConsumerPosition: Codec<peyk.v1.IConsumerPosition, peyk.v1.ConsumerPosition>;
  readonly Welcome: Codec<peyk.v1.IWelcome, peyk.v1.Welcome>;
  readonly ServerInfo: Codec<peyk.v1.IServerInfo, peyk.v1.ServerInfo>;
  readonly Capabilities: Codec<peyk.v1.ICapabilities, peyk.v1.Capabilities>;
  readonly Limits: Codec<peyk.v1.ILimits, peyk.v1.Limits>;
  readonly Ping: Codec<peyk.v1.IPing, peyk.v1.Ping>;
  readonly Pong: Codec<peyk.v1.IPong, peyk.v1.Pong>;
  readonly GoAway: Codec<peyk.v1.IGoAway, peyk.v1.GoAway>;
  readonly Done: Codec<peyk.v1.IDone, peyk.v1.Done>;
  readonly Subscribe: Codec<peyk.v1.ISubscribe, peyk.v1.Subscribe>;
  readonly Subscribed: Codec<peyk.v1.ISubscribed, peyk.v1.Subscribed>;
  readonly SubscribedSource: Codec<peyk.v1.ISubscribedSource, peyk.v1.SubscribedSource>;
  readonly Unsubscribe: Codec<peyk.v1.IUnsubscribe, peyk.v1.Unsubscribe>;
  readonly SettleVerb: { readonly SETTLE_VERB_ACK: 0; readonly SETTLE_VERB_NACK: 1; readonly SETTLE_VERB_REJECT: 2; readonly SETTLE_VERB_RELEASE: 3; readonly SETTLE_VERB_EXTEND: 4 };
  readonly SettleOutcome: { readonly SETTLE_OUTCOME_OK: 0; readonly SETTLE_OUTCOME_ALREADY_SETTLED: 1; readonly SETTLE_OUTCOME_LEASE_LOST: 2; readonly SETTLE_OUTCOME_UNKNOWN: 3; readonly SETTLE_OUTCOME_UNCONFIRMED: 4 };
  readonly ConsumerNotice: Codec<peyk.v1.IConsumerNotice, peyk.v1.ConsumerNotice>;
  readonly LostLease: Codec<peyk.v1.ILostLease, peyk.v1.LostLease>;
  readonly StartLive: Codec<peyk.v1.IStartLive, peyk.v1.StartLive>;
  readonly LivePosition: Codec<peyk.v1.ILivePosition, peyk.v1.LivePosition>;
  readonly StopLive: Codec<peyk.v1.IStopLive, peyk.v1.StopLive>;
} } = $made;

export namespace peyk.v1 {
export interface ITopicOptions {
  readonly retainMs?: number | undefined;
  readonly retainBytes?: number | undefined;
  readonly expireUnsettledMs?: number | undefined;
  readonly maxBacklogBytes?: number | undefined;
  readonly overflow?: string | undefined;
}
/** Absent fields take the default when a topic is made, and stay as they are when it is changed. */
export interface TopicOptions {
/** Keep settled messages this long, in ms; default 0, at most 31 days. */
  readonly retainMs: number | undefined;
/** Keep at most this many bytes of settled messages; default 0 (no limit of its own while retain_ms is set). */
  readonly retainBytes: number | undefined;
/** Drop unsettled messages after this long, in ms; default 7 days, 10 minutes to 31 days. */
  readonly expireUnsettledMs: number | undefined;
/** Bytes of unsettled messages at which the overflow rule takes hold; default 0 (none). */
  readonly maxBacklogBytes: number | undefined;
/** "reject" (default), "drop-oldest" or "dead-letter" */
  readonly overflow: string | undefined;
}

export interface ITopicInfo {
  readonly name?: string | undefined;
  readonly epoch?: number | undefined;
  readonly options?: ITopicOptions | undefined;
  readonly createdAtMs?: number | undefined;
  readonly autoCreated?: boolean | undefined;
  readonly nextPosition?: number | undefined;
  readonly subscriptions?: number | undefined;
  readonly storedMessages?: number | undefined;
  readonly storedBytes?: number | undefined;
  readonly publishPerSecond?: number | undefined;
}
export interface TopicInfo {
  readonly name: string;
  readonly epoch: number;
  readonly options: TopicOptions | undefined;
  readonly createdAtMs: number;
  readonly autoCreated: boolean;
  readonly nextPosition: number;
  readonly subscriptions: number;
/** Messages and bytes stored and not yet forgotten. */
  readonly storedMessages: number;
  readonly storedBytes: number;
  readonly publishPerSecond: number;
}

export interface ITopicPage {
  readonly topics?: readonly ITopicInfo[] | undefined;
  readonly next?: string | undefined;
}
export interface TopicPage {
  readonly topics: readonly TopicInfo[];
  readonly next: string;
}

export interface ICreateTopic {
  readonly name?: string | undefined;
  readonly options?: ITopicOptions | undefined;
}
export interface CreateTopic {
  readonly name: string;
  readonly options: TopicOptions | undefined;
}

export interface IUpdateTopic {
  readonly name?: string | undefined;
  readonly options?: ITopicOptions | undefined;
}
export interface UpdateTopic {
  readonly name: string;
  readonly options: TopicOptions | undefined;
}

export interface IGetTopic {
  readonly name?: string | undefined;
}
export interface GetTopic {
  readonly name: string;
}

export interface IListTopics {
  readonly pattern?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}
export interface ListTopics {
  readonly pattern: string;
  readonly after: string;
  readonly limit: number;
}

export interface IPeekTopic {
  readonly name?: string | undefined;
  readonly count?: number | undefined;
}
export interface PeekTopic {
  readonly name: string;
  readonly count: number;
}

export interface IPurgeTopic {
  readonly name?: string | undefined;
  readonly dryRun?: boolean | undefined;
}
export interface PurgeTopic {
  readonly name: string;
  readonly dryRun: boolean;
}

export interface IDeleteTopic {
  readonly name?: string | undefined;
  readonly force?: boolean | undefined;
}
export interface DeleteTopic {
  readonly name: string;
/** Delete its subscriptions too. */
  readonly force: boolean;
}

export interface ISubscriptionOptions {
  readonly start?: string | undefined;
  readonly startTimeMs?: number | undefined;
  readonly startPosition?: number | undefined;
  readonly ackDeadlineMs?: number | undefined;
  readonly maxAttempts?: number | undefined;
  readonly retry?: IRetryPolicy | undefined;
  readonly maxExtensionMs?: number | undefined;
  readonly deadLetterRetainMs?: number | undefined;
  readonly mode?: string | undefined;
  readonly ordered?: boolean | undefined;
  readonly onKeyFailure?: string | undefined;
  readonly filter?: string | undefined;
}
export interface SubscriptionOptions {
/** Where a new subscription starts: "latest" (default), "earliest", or one of the two below. */
  readonly start: string | undefined;
  readonly startTimeMs: number | undefined;
  readonly startPosition: number | undefined;
/** Default 30 s, 1 to 600 s. */
  readonly ackDeadlineMs: number | undefined;
/** Default 5, 1 to 1000; 0: no limit. */
  readonly maxAttempts: number | undefined;
  readonly retry: RetryPolicy | undefined;
/** How long one delivery may be extended in total; default 60 min, 0 to 12 h. */
  readonly maxExtensionMs: number | undefined;
/** How long dead letters are kept; default 14 days, 1 hour to 31 days. */
  readonly deadLetterRetainMs: number | undefined;
/** "shared" (default), "exclusive" or "failover" */
  readonly mode: string | undefined;
/** Messages with the same key one at a time; default true. */
  readonly ordered: boolean | undefined;
/** "skip" (default), "block" or "quarantine" */
  readonly onKeyFailure: string | undefined;
/** CEL over attributes, key, priority, topic; empty: everything. */
  readonly filter: string | undefined;
}

export interface IRetryPolicy {
  readonly minMs?: number | undefined;
  readonly maxMs?: number | undefined;
  readonly factor?: number | undefined;
  readonly jitter?: number | undefined;
}
export interface RetryPolicy {
/** First delay, default 1 s; each further one is `factor` (2) times as long, up to max_ms (10 min). */
  readonly minMs: number | undefined;
  readonly maxMs: number | undefined;
  readonly factor: number | undefined;
/** Share by which a delay varies either way; default 0.2. */
  readonly jitter: number | undefined;
}

export interface ISubscriptionInfo {
  readonly name?: string | undefined;
  readonly options?: ISubscriptionOptions | undefined;
  readonly createdAtMs?: number | undefined;
  readonly autoCreated?: boolean | undefined;
  readonly stats?: ISubscriptionStats | undefined;
  readonly consumers?: readonly IConsumerInfo[] | undefined;
}
export interface SubscriptionInfo {
  readonly name: string;
  readonly options: SubscriptionOptions | undefined;
  readonly createdAtMs: number;
  readonly autoCreated: boolean;
  readonly stats: SubscriptionStats | undefined;
  readonly consumers: readonly ConsumerInfo[];
}

export interface ISubscriptionStats {
  readonly ready?: number | undefined;
  readonly buffered?: number | undefined;
  readonly running?: number | undefined;
  readonly retrying?: number | undefined;
  readonly dead?: number | undefined;
  readonly oldestUnsettledMs?: number | undefined;
  readonly deliverPerSecond?: number | undefined;
  readonly ackPerSecond?: number | undefined;
  readonly delivered?: number | undefined;
  readonly acked?: number | undefined;
  readonly failed?: number | undefined;
  readonly deadLettered?: number | undefined;
  readonly expired?: number | undefined;
}
export interface SubscriptionStats {
  readonly ready: number;
  readonly buffered: number;
  readonly running: number;
  readonly retrying: number;
  readonly dead: number;
/** Age of the oldest unsettled message; 0 if none. */
  readonly oldestUnsettledMs: number;
  readonly deliverPerSecond: number;
  readonly ackPerSecond: number;
/** Since this broker started. */
  readonly delivered: number;
  readonly acked: number;
  readonly failed: number;
  readonly deadLettered: number;
  readonly expired: number;
}

export interface IConsumerInfo {
  readonly clientName?: string | undefined;
  readonly session?: string | undefined;
  readonly consumer?: number | undefined;
  readonly unsettled?: number | undefined;
  readonly freeCreditMessages?: number | undefined;
  readonly freeCreditBytes?: number | undefined;
  readonly connected?: boolean | undefined;
  readonly returnsInMs?: number | undefined;
}
export interface ConsumerInfo {
  readonly clientName: string;
  readonly session: string;
  readonly consumer: number;
  readonly unsettled: number;
  readonly freeCreditMessages: number;
  readonly freeCreditBytes: number;
  readonly connected: boolean;
/** While it is not connected: when what it holds returns unless it comes back, in ms from now. */
  readonly returnsInMs: number | undefined;
}

export interface ISubscriptionPage {
  readonly subscriptions?: readonly ISubscriptionInfo[] | undefined;
  readonly next?: string | undefined;
}
export interface SubscriptionPage {
  readonly subscriptions: readonly SubscriptionInfo[];
  readonly next: string;
}

export interface ICreateSubscription {
  readonly name?: string | undefined;
  readonly options?: ISubscriptionOptions | undefined;
}
export interface CreateSubscription {
  readonly name: string;
  readonly options: SubscriptionOptions | undefined;
}

export interface IUpdateSubscription {
  readonly name?: string | undefined;
  readonly options?: ISubscriptionOptions | undefined;
}
export interface UpdateSubscription {
  readonly name: string;
  readonly options: SubscriptionOptions | undefined;
}

export interface IGetSubscription {
  readonly name?: string | undefined;
}
export interface GetSubscription {
  readonly name: string;
}

export interface IListSubscriptions {
  readonly pattern?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}
export interface ListSubscriptions {
/** Matches the part before the "/": the topic or pattern. */
  readonly pattern: string;
  readonly after: string;
  readonly limit: number;
}

export interface IPeekSubscription {
  readonly name?: string | undefined;
  readonly state?: string | undefined;
  readonly count?: number | undefined;
}
export interface PeekSubscription {
  readonly name: string;
/** "ready" (default), "buffered", "running", "retrying" or "dead" */
  readonly state: string;
  readonly count: number;
}

export interface IPurgeSubscription {
  readonly name?: string | undefined;
  readonly dryRun?: boolean | undefined;
}
export interface PurgeSubscription {
  readonly name: string;
  readonly dryRun: boolean;
}

export interface IDeleteSubscription {
  readonly name?: string | undefined;
  readonly force?: boolean | undefined;
}
export interface DeleteSubscription {
  readonly name: string;
/** Also while it has consumers or unsettled messages. */
  readonly force: boolean;
}

export interface IPeekedMessages {
  readonly messages?: readonly IPeekedMessage[] | undefined;
}
export interface PeekedMessages {
  readonly messages: readonly PeekedMessage[];
}

export interface IPeekedMessage {
  readonly topic?: string | undefined;
  readonly epoch?: number | undefined;
  readonly position?: number | undefined;
  readonly publishedAtMs?: number | undefined;
  readonly failedAttempts?: number | undefined;
  readonly state?: string | undefined;
  readonly message?: Uint8Array | undefined;
}
export interface PeekedMessage {
  readonly topic: string;
  readonly epoch: number;
  readonly position: number;
  readonly publishedAtMs: number;
  readonly failedAttempts: number;
  readonly state: string;
/** A Message. */
  readonly message: Uint8Array;
}

export interface IDeadLetterReason {
  readonly reason?: string | undefined;
  readonly error?: string | undefined;
  readonly attempts?: number | undefined;
  readonly firstFailedAtMs?: number | undefined;
  readonly deadAtMs?: number | undefined;
  readonly lastConsumer?: string | undefined;
  readonly redrives?: number | undefined;
}
export interface DeadLetterReason {
/** "attempts", "rejected", "ttl", "overflow", "data-loss" */
  readonly reason: string;
/** The last error text; at most 4 KiB. */
  readonly error: string;
  readonly attempts: number;
  readonly firstFailedAtMs: number;
  readonly deadAtMs: number;
/** The client that had it last. */
  readonly lastConsumer: string;
/** How many times it was redriven before. */
  readonly redrives: number;
}

export interface IDeadLetter {
  readonly id?: string | undefined;
  readonly topic?: string | undefined;
  readonly publishedAtMs?: number | undefined;
  readonly reason?: IDeadLetterReason | undefined;
  readonly message?: Uint8Array | undefined;
}
export interface DeadLetter {
/** "<epoch>-<position>": the message's id, as everywhere. */
  readonly id: string;
  readonly topic: string;
  readonly publishedAtMs: number;
  readonly reason: DeadLetterReason | undefined;
  readonly message: Uint8Array;
}

export interface IDeadLetterPage {
  readonly deadLetters?: readonly IDeadLetter[] | undefined;
  readonly next?: string | undefined;
}
export interface DeadLetterPage {
  readonly deadLetters: readonly DeadLetter[];
  readonly next: string;
}

export interface IWhich {
  readonly ids?: readonly string[] | undefined;
  readonly count?: number | undefined;
}
/** Which dead letters; without ids: all, oldest first, up to `count` (0: no limit). */
export interface Which {
  readonly ids: readonly string[];
  readonly count: number;
}

export interface IListDeadLetters {
  readonly subscription?: string | undefined;
  readonly which?: IWhich | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}
export interface ListDeadLetters {
  readonly subscription: string;
  readonly which: Which | undefined;
  readonly after: string;
  readonly limit: number;
}

export interface IRedriveDeadLetters {
  readonly subscription?: string | undefined;
  readonly which?: IWhich | undefined;
  readonly perSecond?: number | undefined;
  readonly dryRun?: boolean | undefined;
}
export interface RedriveDeadLetters {
  readonly subscription: string;
  readonly which: Which | undefined;
/** At most this many a second; 0: at once. */
  readonly perSecond: number;
  readonly dryRun: boolean;
}

export interface IPurgeDeadLetters {
  readonly subscription?: string | undefined;
  readonly which?: IWhich | undefined;
  readonly dryRun?: boolean | undefined;
}
export interface PurgeDeadLetters {
  readonly subscription: string;
  readonly which: Which | undefined;
  readonly dryRun: boolean;
}

export interface ICount {
  readonly count?: number | undefined;
}
export interface Count {
  readonly count: number;
}

export interface IGetStatus {
}
export interface GetStatus {
}

export interface IStatus {
  readonly version?: string | undefined;
  readonly boot?: number | undefined;
  readonly startedAtMs?: number | undefined;
  readonly state?: string | undefined;
  readonly connections?: number | undefined;
  readonly sessions?: number | undefined;
  readonly topics?: number | undefined;
  readonly subscriptions?: number | undefined;
  readonly diskBytes?: number | undefined;
  readonly residentBytes?: number | undefined;
  readonly publishPerSecond?: number | undefined;
  readonly deliverPerSecond?: number | undefined;
  readonly eventLoopDelayP99Ms?: number | undefined;
  readonly eventLoopDelayP999Ms?: number | undefined;
  readonly eventLoopDelayMaxMs?: number | undefined;
  readonly counters?: { readonly [key: string]: number } | undefined;
}
export interface Status {
  readonly version: string;
  readonly boot: number;
  readonly startedAtMs: number;
/** "serving", "draining", "full" (publishes are refused) or "failed" */
  readonly state: string;
  readonly connections: number;
  readonly sessions: number;
  readonly topics: number;
  readonly subscriptions: number;
  readonly diskBytes: number;
  readonly residentBytes: number;
  readonly publishPerSecond: number;
  readonly deliverPerSecond: number;
/** How late the broker's event loop ran what was due, over the last minute or so */
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayP999Ms: number;
  readonly eventLoopDelayMaxMs: number;
/** Counters by name: "frames_rejected", "torn_tails", "origins_rejected", ... */
  readonly counters: { readonly [key: string]: number };
}

export interface IError {
  readonly code?: number | undefined;
  readonly message?: string | undefined;
  readonly field?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly limit?: number | undefined;
}
export interface Error {
  readonly code: number;
/** A sentence with the actual value and the limit. Echoes at most 64 escaped characters of the input. */
  readonly message: string;
/** The field at fault, in SDK spelling: "topic", "attributes", "maxAttempts". */
  readonly field: string;
/** When the same request may succeed, in ms from now. */
  readonly retryAfterMs: number | undefined;
/** The limit that was exceeded. */
  readonly limit: number | undefined;
}

export interface IHello {
  readonly version?: number | undefined;
  readonly minVersion?: number | undefined;
  readonly clientName?: string | undefined;
  readonly clientSoftware?: string | undefined;
  readonly credentials?: ICredentials | undefined;
  readonly resume?: IResume | undefined;
  readonly producerId?: Uint8Array | undefined;
}
/** The first frame of a connection, within Limits.hello_timeout (5 s). */
export interface Hello {
/** Highest and lowest protocol version the client speaks; 1 today. */
  readonly version: number;
  readonly minVersion: number;
/** Shown in status, logs and dead letters. At most 256 characters. */
  readonly clientName: string;
/** "peyk-client/1.2.0 node/20.20" */
  readonly clientSoftware: string;
  readonly credentials: Credentials | undefined;
/** Takes up an earlier session: its leases, consumers and unanswered requests' effects. */
  readonly resume: Resume | undefined;
/** 16 random bytes per publishing client: resent messages are stored once. Empty: no protection against resends. */
  readonly producerId: Uint8Array;
}

export interface ICredentials {
  readonly token?: string | undefined;
}
export interface Credentials {
  readonly token: string;
}

export interface IResume {
  readonly sessionId?: Uint8Array | undefined;
  readonly secret?: Uint8Array | undefined;
  readonly consumers?: readonly IConsumerPosition[] | undefined;
  readonly more?: boolean | undefined;
}
export interface Resume {
  readonly sessionId: Uint8Array;
/** The secret that Welcome gave. */
  readonly secret: Uint8Array;
  readonly consumers: readonly ConsumerPosition[];
/** Another Hello follows, of which only these consumers count, and so on until one without `more`, which is answered: the
 * first one must fit into a packet of a stranger. */
  readonly more: boolean;
}

export interface IConsumerPosition {
  readonly consumer?: number | undefined;
  readonly lastDelivery?: number | undefined;
}
/** How far a client has received, so that later deliveries can be sent again under the same numbers. */
export interface ConsumerPosition {
  readonly consumer: number;
  readonly lastDelivery: number;
}

export interface IWelcome {
  readonly version?: number | undefined;
  readonly sessionId?: Uint8Array | undefined;
  readonly sessionSecret?: Uint8Array | undefined;
  readonly resumed?: boolean | undefined;
  readonly server?: IServerInfo | undefined;
  readonly limits?: ILimits | undefined;
  readonly producerKnown?: boolean | undefined;
  readonly lastSequence?: number | undefined;
}
export interface Welcome {
  readonly version: number;
  readonly sessionId: Uint8Array;
  readonly sessionSecret: Uint8Array;
/** Whether the session asked for was taken up. If not, every lease of it is lost and consumers must be made again. */
  readonly resumed: boolean;
  readonly server: ServerInfo | undefined;
  readonly limits: Limits | undefined;
/** Whether the broker knows this producer_id; if not, its sequence must start with 1. */
  readonly producerKnown: boolean;
/** The highest sequence of this producer that was stored or refused; 0 if none. */
  readonly lastSequence: number;
}

export interface IServerInfo {
  readonly version?: string | undefined;
  readonly boot?: number | undefined;
  readonly capabilities?: ICapabilities | undefined;
}
export interface ServerInfo {
/** "0.1.0" */
  readonly version: string;
/** Counts the starts of this broker on its data; part of every lease id. */
  readonly boot: number;
  readonly capabilities: Capabilities | undefined;
}

export interface ICapabilities {
  readonly engine?: string | undefined;
  readonly durability?: string | undefined;
  readonly ackDurability?: string | undefined;
  readonly fencing?: string | undefined;
  readonly atomicCommit?: boolean | undefined;
  readonly attempts?: string | undefined;
  readonly keyIsolation?: string | undefined;
}
/** What this broker's engine promises; see "Promises" in the design notes of docs/architecture.md. */
export interface Capabilities {
/** "embedded" or "nats" */
  readonly engine: string;
/** "fsync", "os" or "memory" */
  readonly durability: string;
/** What a confirmed ack survives: "fsync", "os", "memory" or "replicated-not-synced" */
  readonly ackDurability: string;
/** "strict" or "timed" */
  readonly fencing: string;
  readonly atomicCommit: boolean;
/** "exact" or "upper-bound" */
  readonly attempts: string;
/** "key" or "partition" */
  readonly keyIsolation: string;
}

export interface ILimits {
  readonly maxPacketBytes?: number | undefined;
  readonly maxPayloadBytes?: number | undefined;
  readonly maxBatchMessages?: number | undefined;
  readonly maxSettleRanges?: number | undefined;
  readonly maxUnconfirmedMessages?: number | undefined;
  readonly maxUnconfirmedBytes?: number | undefined;
  readonly maxCreditMessages?: number | undefined;
  readonly maxCreditBytes?: number | undefined;
  readonly pingIntervalMs?: number | undefined;
  readonly resumeGraceMs?: number | undefined;
}
export interface Limits {
  readonly maxPacketBytes: number;
  readonly maxPayloadBytes: number;
/** Messages in one Publish, ranges in one Settle. */
  readonly maxBatchMessages: number;
  readonly maxSettleRanges: number;
/** Publish credit: messages and bytes sent and not yet answered on one connection. */
  readonly maxUnconfirmedMessages: number;
  readonly maxUnconfirmedBytes: number;
/** Highest credit of a consumer. */
  readonly maxCreditMessages: number;
  readonly maxCreditBytes: number;
/** The broker pings this often, and gives the connection up after two unanswered ones. */
  readonly pingIntervalMs: number;
/** How long a session outlives its connection. */
  readonly resumeGraceMs: number;
}

export interface IPing {
  readonly nonce?: number | undefined;
}
/** Either side may ask; the other answers with Pong and the same nonce. */
export interface Ping {
  readonly nonce: number;
}

export interface IPong {
  readonly nonce?: number | undefined;
}
export interface Pong {
  readonly nonce: number;
}

export interface IGoAway {
  readonly reason?: string | undefined;
  readonly graceMs?: number | undefined;
}
/** The broker will close the connection: send nothing new, settle what is running, connect again elsewhere or later. */
export interface GoAway {
  readonly reason: string;
/** When it closes at the latest, in ms from now. */
  readonly graceMs: number;
}

export interface IDone {
}
export interface Done {
}

export interface ISubscribe {
  readonly consumer?: number | undefined;
  readonly subscriptions?: readonly string[] | undefined;
  readonly creditMessages?: number | undefined;
  readonly creditBytes?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly ackOnDelivery?: boolean | undefined;
  readonly create?: ISubscriptionOptions | undefined;
  readonly mustExist?: boolean | undefined;
}
/** Attaches a consumer. */
export interface Subscribe {
/** Chosen by the client, at least 1, unique within the session. */
  readonly consumer: number;
/** "<topic or pattern>/<group>", one or more: one consumer, one credit. */
  readonly subscriptions: readonly string[];
/** How many messages and bytes may be unsettled at the consumer. 0 messages: paused. 0 bytes: the default (16 MiB). */
  readonly creditMessages: number;
  readonly creditBytes: number;
/** How many deliveries it works on at a time, in the order received; the others are buffered. 0: all of them. */
  readonly concurrency: number;
/** Settled by being sent: at most once. */
  readonly ackOnDelivery: boolean;
/** Options for subscriptions that are new. Existing ones are not changed. */
  readonly create: SubscriptionOptions | undefined;
/** Refuse with not_found what does not exist, whatever autoCreate says. */
  readonly mustExist: boolean;
}

export interface ISubscribed {
  readonly sources?: readonly ISubscribedSource[] | undefined;
}
export interface Subscribed {
  readonly sources: readonly SubscribedSource[];
}

export interface ISubscribedSource {
  readonly subscription?: string | undefined;
  readonly maxAttempts?: number | undefined;
  readonly ackDeadlineMs?: number | undefined;
  readonly created?: boolean | undefined;
}
export interface SubscribedSource {
  readonly subscription: string;
  readonly maxAttempts: number;
  readonly ackDeadlineMs: number;
  readonly created: boolean;
}

export interface IUnsubscribe {
  readonly consumer?: number | undefined;
}
/** Detaches a consumer; what it holds and has not settled goes back uncounted. */
export interface Unsubscribe {
  readonly consumer: number;
}

export interface IConsumerNotice {
  readonly consumer?: number | undefined;
  readonly lost?: readonly ILostLease[] | undefined;
  readonly detached?: IError | undefined;
  readonly source?: number | undefined;
}
/** What happens to a consumer without its doing. */
export interface ConsumerNotice {
  readonly consumer: number;
/** Leases that ended: their settles would answer LEASE_LOST. */
  readonly lost: readonly LostLease[];
/** Set when the consumer is detached: its subscription was deleted, or the session lost it. */
  readonly detached: Error | undefined;
/** Which of its subscriptions it was detached from: an index into Subscribe.subscriptions. The consumer goes on with the
 * others under the same indexes, and has ended when none is left. Absent: it has ended. */
  readonly source: number | undefined;
}

export interface ILostLease {
  readonly firstDelivery?: number | undefined;
  readonly count?: number | undefined;
  readonly reason?: string | undefined;
}
export interface LostLease {
  readonly firstDelivery: number;
  readonly count: number;
/** "deadline", "seek", "purged", "deleted", "expired" */
  readonly reason: string;
}

export interface IStartLive {
  readonly live?: number | undefined;
  readonly pattern?: string | undefined;
  readonly after?: ILivePosition | undefined;
}
/** Listens to a topic or pattern: at most once, from now, no acks. */
export interface StartLive {
/** Chosen by the client, at least 1, unique within the session, apart from consumers' numbers. */
  readonly live: number;
  readonly pattern: string;
/** Goes on after this message, where the topic retains what followed; else a gap is reported. Needs a plain topic. */
  readonly after: LivePosition | undefined;
}

export interface ILivePosition {
  readonly epoch?: number | undefined;
  readonly position?: number | undefined;
}
export interface LivePosition {
  readonly epoch: number;
  readonly position: number;
}

export interface IStopLive {
  readonly live?: number | undefined;
}
export interface StopLive {
  readonly live: number;
}
}
