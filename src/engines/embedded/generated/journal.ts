// @ts-nocheck
// Made from proto/peyk/journal/v1 by scripts/generate-proto.mjs (npm run proto). Do not edit.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = {};

const $made = $root.peyk = (() => {

    const peyk = {};

    peyk.journal = (function() {

        const journal = {};

        journal.v1 = (function() {

            const v1 = {};

            v1.Entries = (function() {

                const Entries = function (properties) {
                    this.entries = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Entries.prototype.entries = $util.emptyArray;

                Entries.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.entries != null && message.entries.length)
                        for (let i = 0; i < message.entries.length; ++i)
                            $root.peyk.journal.v1.Entry.encode(message.entries[i], writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Entries.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Entries();
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
                                if (!(message.entries && message.entries.length))
                                    message.entries = [];
                                message.entries.push($root.peyk.journal.v1.Entry.decode(reader, reader.size(), $undefined, _depth + 1));
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

                return Entries;
            })();

            v1.Entry = (function() {

                const Entry = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Entry.prototype.settled = undefined;
                Entry.prototype.produced = undefined;
                Entry.prototype.retried = undefined;
                Entry.prototype.died = undefined;
                Entry.prototype.released = undefined;
                Entry.prototype.reserved = undefined;
                Entry.prototype.floorMoved = undefined;
                Entry.prototype.handedOver = undefined;
                Entry.prototype.takenBack = undefined;
                Entry.prototype.topicSaved = undefined;
                Entry.prototype.topicDeleted = undefined;
                Entry.prototype.subscriptionSaved = undefined;
                Entry.prototype.subscriptionDeleted = undefined;
                Entry.prototype.logCreated = undefined;
                Entry.prototype.cursorsCreated = undefined;
                Entry.prototype.producerForgotten = undefined;
                Entry.prototype.booted = undefined;
                Entry.prototype.fileReplaced = undefined;
                Entry.prototype.retainedFrom = undefined;

                let $oneOfFields;

                $Object.defineProperty(Entry.prototype, "entry", {
                    get: $util.oneOfGetter($oneOfFields = ["settled", "produced", "retried", "died", "released", "reserved", "floorMoved", "handedOver", "takenBack", "topicSaved", "topicDeleted", "subscriptionSaved", "subscriptionDeleted", "logCreated", "cursorsCreated", "producerForgotten", "booted", "fileReplaced", "retainedFrom"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                Entry.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.settled != null && $Object.hasOwnProperty.call(message, "settled"))
                        $root.peyk.journal.v1.Settled.encode(message.settled, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.produced != null && $Object.hasOwnProperty.call(message, "produced"))
                        $root.peyk.journal.v1.Produced.encode(message.produced, writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.retried != null && $Object.hasOwnProperty.call(message, "retried"))
                        $root.peyk.journal.v1.Retried.encode(message.retried, writer.uint32(26).fork(), _depth + 1).ldelim();
                    if (message.died != null && $Object.hasOwnProperty.call(message, "died"))
                        $root.peyk.journal.v1.Died.encode(message.died, writer.uint32(34).fork(), _depth + 1).ldelim();
                    if (message.released != null && $Object.hasOwnProperty.call(message, "released"))
                        $root.peyk.journal.v1.Released.encode(message.released, writer.uint32(42).fork(), _depth + 1).ldelim();
                    if (message.reserved != null && $Object.hasOwnProperty.call(message, "reserved"))
                        $root.peyk.journal.v1.Reserved.encode(message.reserved, writer.uint32(50).fork(), _depth + 1).ldelim();
                    if (message.floorMoved != null && $Object.hasOwnProperty.call(message, "floorMoved"))
                        $root.peyk.journal.v1.FloorMoved.encode(message.floorMoved, writer.uint32(58).fork(), _depth + 1).ldelim();
                    if (message.handedOver != null && $Object.hasOwnProperty.call(message, "handedOver"))
                        $root.peyk.journal.v1.HandedOver.encode(message.handedOver, writer.uint32(66).fork(), _depth + 1).ldelim();
                    if (message.takenBack != null && $Object.hasOwnProperty.call(message, "takenBack"))
                        $root.peyk.journal.v1.TakenBack.encode(message.takenBack, writer.uint32(74).fork(), _depth + 1).ldelim();
                    if (message.topicSaved != null && $Object.hasOwnProperty.call(message, "topicSaved"))
                        $root.peyk.journal.v1.TopicSaved.encode(message.topicSaved, writer.uint32(82).fork(), _depth + 1).ldelim();
                    if (message.topicDeleted != null && $Object.hasOwnProperty.call(message, "topicDeleted"))
                        $root.peyk.journal.v1.TopicDeleted.encode(message.topicDeleted, writer.uint32(90).fork(), _depth + 1).ldelim();
                    if (message.subscriptionSaved != null && $Object.hasOwnProperty.call(message, "subscriptionSaved"))
                        $root.peyk.journal.v1.SubscriptionSaved.encode(message.subscriptionSaved, writer.uint32(98).fork(), _depth + 1).ldelim();
                    if (message.subscriptionDeleted != null && $Object.hasOwnProperty.call(message, "subscriptionDeleted"))
                        $root.peyk.journal.v1.SubscriptionDeleted.encode(message.subscriptionDeleted, writer.uint32(106).fork(), _depth + 1).ldelim();
                    if (message.logCreated != null && $Object.hasOwnProperty.call(message, "logCreated"))
                        $root.peyk.journal.v1.LogCreated.encode(message.logCreated, writer.uint32(114).fork(), _depth + 1).ldelim();
                    if (message.cursorsCreated != null && $Object.hasOwnProperty.call(message, "cursorsCreated"))
                        $root.peyk.journal.v1.CursorsCreated.encode(message.cursorsCreated, writer.uint32(122).fork(), _depth + 1).ldelim();
                    if (message.producerForgotten != null && $Object.hasOwnProperty.call(message, "producerForgotten"))
                        $root.peyk.journal.v1.ProducerForgotten.encode(message.producerForgotten, writer.uint32(162).fork(), _depth + 1).ldelim();
                    if (message.booted != null && $Object.hasOwnProperty.call(message, "booted"))
                        $root.peyk.journal.v1.Booted.encode(message.booted, writer.uint32(170).fork(), _depth + 1).ldelim();
                    if (message.fileReplaced != null && $Object.hasOwnProperty.call(message, "fileReplaced"))
                        $root.peyk.journal.v1.FileReplaced.encode(message.fileReplaced, writer.uint32(178).fork(), _depth + 1).ldelim();
                    if (message.retainedFrom != null && $Object.hasOwnProperty.call(message, "retainedFrom"))
                        $root.peyk.journal.v1.RetainedFrom.encode(message.retainedFrom, writer.uint32(186).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Entry.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Entry();
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
                                message.settled = $root.peyk.journal.v1.Settled.decode(reader, reader.size(), $undefined, _depth + 1, message.settled);
                                message.entry = "settled";
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.produced = $root.peyk.journal.v1.Produced.decode(reader, reader.size(), $undefined, _depth + 1, message.produced);
                                message.entry = "produced";
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                message.retried = $root.peyk.journal.v1.Retried.decode(reader, reader.size(), $undefined, _depth + 1, message.retried);
                                message.entry = "retried";
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                message.died = $root.peyk.journal.v1.Died.decode(reader, reader.size(), $undefined, _depth + 1, message.died);
                                message.entry = "died";
                                continue;
                            }
                        case 5: {
                                if (wireType !== 2)
                                    break;
                                message.released = $root.peyk.journal.v1.Released.decode(reader, reader.size(), $undefined, _depth + 1, message.released);
                                message.entry = "released";
                                continue;
                            }
                        case 6: {
                                if (wireType !== 2)
                                    break;
                                message.reserved = $root.peyk.journal.v1.Reserved.decode(reader, reader.size(), $undefined, _depth + 1, message.reserved);
                                message.entry = "reserved";
                                continue;
                            }
                        case 7: {
                                if (wireType !== 2)
                                    break;
                                message.floorMoved = $root.peyk.journal.v1.FloorMoved.decode(reader, reader.size(), $undefined, _depth + 1, message.floorMoved);
                                message.entry = "floorMoved";
                                continue;
                            }
                        case 8: {
                                if (wireType !== 2)
                                    break;
                                message.handedOver = $root.peyk.journal.v1.HandedOver.decode(reader, reader.size(), $undefined, _depth + 1, message.handedOver);
                                message.entry = "handedOver";
                                continue;
                            }
                        case 9: {
                                if (wireType !== 2)
                                    break;
                                message.takenBack = $root.peyk.journal.v1.TakenBack.decode(reader, reader.size(), $undefined, _depth + 1, message.takenBack);
                                message.entry = "takenBack";
                                continue;
                            }
                        case 10: {
                                if (wireType !== 2)
                                    break;
                                message.topicSaved = $root.peyk.journal.v1.TopicSaved.decode(reader, reader.size(), $undefined, _depth + 1, message.topicSaved);
                                message.entry = "topicSaved";
                                continue;
                            }
                        case 11: {
                                if (wireType !== 2)
                                    break;
                                message.topicDeleted = $root.peyk.journal.v1.TopicDeleted.decode(reader, reader.size(), $undefined, _depth + 1, message.topicDeleted);
                                message.entry = "topicDeleted";
                                continue;
                            }
                        case 12: {
                                if (wireType !== 2)
                                    break;
                                message.subscriptionSaved = $root.peyk.journal.v1.SubscriptionSaved.decode(reader, reader.size(), $undefined, _depth + 1, message.subscriptionSaved);
                                message.entry = "subscriptionSaved";
                                continue;
                            }
                        case 13: {
                                if (wireType !== 2)
                                    break;
                                message.subscriptionDeleted = $root.peyk.journal.v1.SubscriptionDeleted.decode(reader, reader.size(), $undefined, _depth + 1, message.subscriptionDeleted);
                                message.entry = "subscriptionDeleted";
                                continue;
                            }
                        case 14: {
                                if (wireType !== 2)
                                    break;
                                message.logCreated = $root.peyk.journal.v1.LogCreated.decode(reader, reader.size(), $undefined, _depth + 1, message.logCreated);
                                message.entry = "logCreated";
                                continue;
                            }
                        case 15: {
                                if (wireType !== 2)
                                    break;
                                message.cursorsCreated = $root.peyk.journal.v1.CursorsCreated.decode(reader, reader.size(), $undefined, _depth + 1, message.cursorsCreated);
                                message.entry = "cursorsCreated";
                                continue;
                            }
                        case 20: {
                                if (wireType !== 2)
                                    break;
                                message.producerForgotten = $root.peyk.journal.v1.ProducerForgotten.decode(reader, reader.size(), $undefined, _depth + 1, message.producerForgotten);
                                message.entry = "producerForgotten";
                                continue;
                            }
                        case 21: {
                                if (wireType !== 2)
                                    break;
                                message.booted = $root.peyk.journal.v1.Booted.decode(reader, reader.size(), $undefined, _depth + 1, message.booted);
                                message.entry = "booted";
                                continue;
                            }
                        case 22: {
                                if (wireType !== 2)
                                    break;
                                message.fileReplaced = $root.peyk.journal.v1.FileReplaced.decode(reader, reader.size(), $undefined, _depth + 1, message.fileReplaced);
                                message.entry = "fileReplaced";
                                continue;
                            }
                        case 23: {
                                if (wireType !== 2)
                                    break;
                                message.retainedFrom = $root.peyk.journal.v1.RetainedFrom.decode(reader, reader.size(), $undefined, _depth + 1, message.retainedFrom);
                                message.entry = "retainedFrom";
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

                return Entry;
            })();

            v1.Settled = (function() {

                const Settled = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Settled.prototype.subscription = 0;
                Settled.prototype.log = 0;
                Settled.prototype.first = 0;
                Settled.prototype.count = 0;

                Settled.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== 0)
                        writer.uint32(8).uint32(message.subscription);
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(16).uint32(message.log);
                    if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                        writer.uint32(24).uint64(message.first);
                    if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                        writer.uint32(32).uint32(message.count);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Settled.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Settled();
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
                                    message.subscription = value;
                                else
                                    delete message.subscription;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.log = value;
                                else
                                    delete message.log;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.first = value;
                                else
                                    delete message.first;
                                continue;
                            }
                        case 4: {
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

                return Settled;
            })();

            v1.Produced = (function() {

                const Produced = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Produced.prototype.producer = $util.newBuffer([]);
                Produced.prototype.firstSequence = 0;
                Produced.prototype.count = 0;
                Produced.prototype.topic = 0;
                Produced.prototype.firstPosition = 0;

                Produced.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.producer != null && $Object.hasOwnProperty.call(message, "producer") && message.producer.length)
                        writer.uint32(10).bytes(message.producer);
                    if (message.firstSequence != null && $Object.hasOwnProperty.call(message, "firstSequence") && (typeof message.firstSequence === "object" ? message.firstSequence.low || message.firstSequence.high : message.firstSequence !== 0))
                        writer.uint32(16).uint64(message.firstSequence);
                    if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                        writer.uint32(24).uint32(message.count);
                    if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== 0)
                        writer.uint32(32).uint32(message.topic);
                    if (message.firstPosition != null && $Object.hasOwnProperty.call(message, "firstPosition") && (typeof message.firstPosition === "object" ? message.firstPosition.low || message.firstPosition.high : message.firstPosition !== 0))
                        writer.uint32(40).uint64(message.firstPosition);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Produced.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Produced();
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
                                    message.producer = value;
                                else
                                    delete message.producer;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.firstSequence = value;
                                else
                                    delete message.firstSequence;
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
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.topic = value;
                                else
                                    delete message.topic;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.firstPosition = value;
                                else
                                    delete message.firstPosition;
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

                return Produced;
            })();

            v1.Retried = (function() {

                const Retried = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Retried.prototype.subscription = 0;
                Retried.prototype.log = 0;
                Retried.prototype.first = 0;
                Retried.prototype.count = 0;
                Retried.prototype.failures = 0;
                Retried.prototype.crashes = 0;
                Retried.prototype.dueAtMs = 0;
                Retried.prototype.firstFailedAtMs = 0;
                Retried.prototype.note = 0;
                Retried.prototype.interrupted = false;

                Retried.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== 0)
                        writer.uint32(8).uint32(message.subscription);
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(16).uint32(message.log);
                    if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                        writer.uint32(24).uint64(message.first);
                    if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                        writer.uint32(32).uint32(message.count);
                    if (message.failures != null && $Object.hasOwnProperty.call(message, "failures") && message.failures !== 0)
                        writer.uint32(40).uint32(message.failures);
                    if (message.crashes != null && $Object.hasOwnProperty.call(message, "crashes") && message.crashes !== 0)
                        writer.uint32(48).uint32(message.crashes);
                    if (message.dueAtMs != null && $Object.hasOwnProperty.call(message, "dueAtMs") && (typeof message.dueAtMs === "object" ? message.dueAtMs.low || message.dueAtMs.high : message.dueAtMs !== 0))
                        writer.uint32(56).uint64(message.dueAtMs);
                    if (message.firstFailedAtMs != null && $Object.hasOwnProperty.call(message, "firstFailedAtMs") && (typeof message.firstFailedAtMs === "object" ? message.firstFailedAtMs.low || message.firstFailedAtMs.high : message.firstFailedAtMs !== 0))
                        writer.uint32(64).uint64(message.firstFailedAtMs);
                    if (message.note != null && $Object.hasOwnProperty.call(message, "note") && (typeof message.note === "object" ? message.note.low || message.note.high : message.note !== 0))
                        writer.uint32(72).uint64(message.note);
                    if (message.interrupted != null && $Object.hasOwnProperty.call(message, "interrupted") && message.interrupted !== false)
                        writer.uint32(80).bool(message.interrupted);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Retried.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Retried();
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
                                    message.subscription = value;
                                else
                                    delete message.subscription;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.log = value;
                                else
                                    delete message.log;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.first = value;
                                else
                                    delete message.first;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.count = value;
                                else
                                    delete message.count;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.failures = value;
                                else
                                    delete message.failures;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.crashes = value;
                                else
                                    delete message.crashes;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.dueAtMs = value;
                                else
                                    delete message.dueAtMs;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.firstFailedAtMs = value;
                                else
                                    delete message.firstFailedAtMs;
                                continue;
                            }
                        case 9: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.note = value;
                                else
                                    delete message.note;
                                continue;
                            }
                        case 10: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.interrupted = value;
                                else
                                    delete message.interrupted;
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

                return Retried;
            })();

            v1.Died = (function() {

                const Died = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Died.prototype.subscription = 0;
                Died.prototype.log = 0;
                Died.prototype.first = 0;
                Died.prototype.count = 0;

                Died.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== 0)
                        writer.uint32(8).uint32(message.subscription);
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(16).uint32(message.log);
                    if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                        writer.uint32(24).uint64(message.first);
                    if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                        writer.uint32(32).uint32(message.count);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Died.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Died();
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
                                    message.subscription = value;
                                else
                                    delete message.subscription;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.log = value;
                                else
                                    delete message.log;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.first = value;
                                else
                                    delete message.first;
                                continue;
                            }
                        case 4: {
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

                return Died;
            })();

            v1.Released = (function() {

                const Released = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Released.prototype.subscription = 0;
                Released.prototype.log = 0;
                Released.prototype.first = 0;
                Released.prototype.count = 0;

                Released.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== 0)
                        writer.uint32(8).uint32(message.subscription);
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(16).uint32(message.log);
                    if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                        writer.uint32(24).uint64(message.first);
                    if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                        writer.uint32(32).uint32(message.count);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Released.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Released();
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
                                    message.subscription = value;
                                else
                                    delete message.subscription;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.log = value;
                                else
                                    delete message.log;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.first = value;
                                else
                                    delete message.first;
                                continue;
                            }
                        case 4: {
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

                return Released;
            })();

            v1.Reserved = (function() {

                const Reserved = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Reserved.prototype.topic = 0;
                Reserved.prototype.until = 0;

                Reserved.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== 0)
                        writer.uint32(8).uint32(message.topic);
                    if (message.until != null && $Object.hasOwnProperty.call(message, "until") && (typeof message.until === "object" ? message.until.low || message.until.high : message.until !== 0))
                        writer.uint32(16).uint64(message.until);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Reserved.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Reserved();
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
                                    message.topic = value;
                                else
                                    delete message.topic;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.until = value;
                                else
                                    delete message.until;
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

                return Reserved;
            })();

            v1.HandedOver = (function() {

                const HandedOver = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                HandedOver.prototype.subscription = 0;
                HandedOver.prototype.log = 0;
                HandedOver.prototype.first = 0;
                HandedOver.prototype.count = 0;

                HandedOver.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== 0)
                        writer.uint32(8).uint32(message.subscription);
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(16).uint32(message.log);
                    if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                        writer.uint32(24).uint64(message.first);
                    if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                        writer.uint32(32).uint32(message.count);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                HandedOver.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.HandedOver();
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
                                    message.subscription = value;
                                else
                                    delete message.subscription;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.log = value;
                                else
                                    delete message.log;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.first = value;
                                else
                                    delete message.first;
                                continue;
                            }
                        case 4: {
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

                return HandedOver;
            })();

            v1.TakenBack = (function() {

                const TakenBack = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                TakenBack.prototype.subscription = 0;
                TakenBack.prototype.log = 0;
                TakenBack.prototype.first = 0;
                TakenBack.prototype.count = 0;

                TakenBack.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== 0)
                        writer.uint32(8).uint32(message.subscription);
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(16).uint32(message.log);
                    if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                        writer.uint32(24).uint64(message.first);
                    if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                        writer.uint32(32).uint32(message.count);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                TakenBack.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.TakenBack();
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
                                    message.subscription = value;
                                else
                                    delete message.subscription;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.log = value;
                                else
                                    delete message.log;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.first = value;
                                else
                                    delete message.first;
                                continue;
                            }
                        case 4: {
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

                return TakenBack;
            })();

            v1.FloorMoved = (function() {

                const FloorMoved = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                FloorMoved.prototype.subscription = 0;
                FloorMoved.prototype.log = 0;
                FloorMoved.prototype.floor = 0;
                FloorMoved.prototype.unsettledLeft = 0;

                FloorMoved.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== 0)
                        writer.uint32(8).uint32(message.subscription);
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(16).uint32(message.log);
                    if (message.floor != null && $Object.hasOwnProperty.call(message, "floor") && (typeof message.floor === "object" ? message.floor.low || message.floor.high : message.floor !== 0))
                        writer.uint32(24).uint64(message.floor);
                    if (message.unsettledLeft != null && $Object.hasOwnProperty.call(message, "unsettledLeft") && (typeof message.unsettledLeft === "object" ? message.unsettledLeft.low || message.unsettledLeft.high : message.unsettledLeft !== 0))
                        writer.uint32(32).uint64(message.unsettledLeft);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                FloorMoved.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.FloorMoved();
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
                                    message.subscription = value;
                                else
                                    delete message.subscription;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.log = value;
                                else
                                    delete message.log;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.floor = value;
                                else
                                    delete message.floor;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.unsettledLeft = value;
                                else
                                    delete message.unsettledLeft;
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

                return FloorMoved;
            })();

            v1.TopicSaved = (function() {

                const TopicSaved = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                TopicSaved.prototype.id = 0;
                TopicSaved.prototype.name = "";
                TopicSaved.prototype.epoch = 0;
                TopicSaved.prototype.settings = undefined;
                TopicSaved.prototype.createdAtMs = 0;
                TopicSaved.prototype.autoCreated = false;
                TopicSaved.prototype.log = 0;

                TopicSaved.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                        writer.uint32(8).uint32(message.id);
                    if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                        writer.uint32(18).string(message.name);
                    if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                        writer.uint32(24).uint64(message.epoch);
                    if (message.settings != null && $Object.hasOwnProperty.call(message, "settings"))
                        $root.peyk.journal.v1.TopicSettings.encode(message.settings, writer.uint32(34).fork(), _depth + 1).ldelim();
                    if (message.createdAtMs != null && $Object.hasOwnProperty.call(message, "createdAtMs") && (typeof message.createdAtMs === "object" ? message.createdAtMs.low || message.createdAtMs.high : message.createdAtMs !== 0))
                        writer.uint32(40).uint64(message.createdAtMs);
                    if (message.autoCreated != null && $Object.hasOwnProperty.call(message, "autoCreated") && message.autoCreated !== false)
                        writer.uint32(48).bool(message.autoCreated);
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(56).uint32(message.log);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                TopicSaved.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.TopicSaved();
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
                                    message.id = value;
                                else
                                    delete message.id;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.name = value;
                                else
                                    delete message.name;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.epoch = value;
                                else
                                    delete message.epoch;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                message.settings = $root.peyk.journal.v1.TopicSettings.decode(reader, reader.size(), $undefined, _depth + 1, message.settings);
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.createdAtMs = value;
                                else
                                    delete message.createdAtMs;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.autoCreated = value;
                                else
                                    delete message.autoCreated;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.log = value;
                                else
                                    delete message.log;
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

                return TopicSaved;
            })();

            v1.TopicSettings = (function() {

                const TopicSettings = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                TopicSettings.prototype.retainMs = 0;
                TopicSettings.prototype.retainBytes = 0;
                TopicSettings.prototype.expireUnsettledMs = 0;
                TopicSettings.prototype.maxBacklogBytes = 0;
                TopicSettings.prototype.overflow = "";

                TopicSettings.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.retainMs != null && $Object.hasOwnProperty.call(message, "retainMs") && (typeof message.retainMs === "object" ? message.retainMs.low || message.retainMs.high : message.retainMs !== 0))
                        writer.uint32(8).uint64(message.retainMs);
                    if (message.retainBytes != null && $Object.hasOwnProperty.call(message, "retainBytes") && (typeof message.retainBytes === "object" ? message.retainBytes.low || message.retainBytes.high : message.retainBytes !== 0))
                        writer.uint32(16).uint64(message.retainBytes);
                    if (message.expireUnsettledMs != null && $Object.hasOwnProperty.call(message, "expireUnsettledMs") && (typeof message.expireUnsettledMs === "object" ? message.expireUnsettledMs.low || message.expireUnsettledMs.high : message.expireUnsettledMs !== 0))
                        writer.uint32(24).uint64(message.expireUnsettledMs);
                    if (message.maxBacklogBytes != null && $Object.hasOwnProperty.call(message, "maxBacklogBytes") && (typeof message.maxBacklogBytes === "object" ? message.maxBacklogBytes.low || message.maxBacklogBytes.high : message.maxBacklogBytes !== 0))
                        writer.uint32(32).uint64(message.maxBacklogBytes);
                    if (message.overflow != null && $Object.hasOwnProperty.call(message, "overflow") && message.overflow !== "")
                        writer.uint32(42).string(message.overflow);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                TopicSettings.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.TopicSettings();
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
                                    message.retainMs = value;
                                else
                                    delete message.retainMs;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.retainBytes = value;
                                else
                                    delete message.retainBytes;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.expireUnsettledMs = value;
                                else
                                    delete message.expireUnsettledMs;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.maxBacklogBytes = value;
                                else
                                    delete message.maxBacklogBytes;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.overflow = value;
                                else
                                    delete message.overflow;
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

                return TopicSettings;
            })();

            v1.TopicDeleted = (function() {

                const TopicDeleted = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                TopicDeleted.prototype.id = 0;

                TopicDeleted.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                        writer.uint32(8).uint32(message.id);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                TopicDeleted.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.TopicDeleted();
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
                                    message.id = value;
                                else
                                    delete message.id;
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

                return TopicDeleted;
            })();

            v1.SubscriptionSaved = (function() {

                const SubscriptionSaved = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                SubscriptionSaved.prototype.id = 0;
                SubscriptionSaved.prototype.name = "";
                SubscriptionSaved.prototype.source = "";
                SubscriptionSaved.prototype.deadLetters = 0;
                SubscriptionSaved.prototype.settings = undefined;
                SubscriptionSaved.prototype.createdAtMs = 0;
                SubscriptionSaved.prototype.autoCreated = false;

                SubscriptionSaved.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                        writer.uint32(8).uint32(message.id);
                    if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                        writer.uint32(18).string(message.name);
                    if (message.source != null && $Object.hasOwnProperty.call(message, "source") && message.source !== "")
                        writer.uint32(26).string(message.source);
                    if (message.deadLetters != null && $Object.hasOwnProperty.call(message, "deadLetters") && message.deadLetters !== 0)
                        writer.uint32(32).uint32(message.deadLetters);
                    if (message.settings != null && $Object.hasOwnProperty.call(message, "settings"))
                        $root.peyk.journal.v1.SubscriptionSettings.encode(message.settings, writer.uint32(42).fork(), _depth + 1).ldelim();
                    if (message.createdAtMs != null && $Object.hasOwnProperty.call(message, "createdAtMs") && (typeof message.createdAtMs === "object" ? message.createdAtMs.low || message.createdAtMs.high : message.createdAtMs !== 0))
                        writer.uint32(48).uint64(message.createdAtMs);
                    if (message.autoCreated != null && $Object.hasOwnProperty.call(message, "autoCreated") && message.autoCreated !== false)
                        writer.uint32(56).bool(message.autoCreated);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                SubscriptionSaved.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.SubscriptionSaved();
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
                                    message.id = value;
                                else
                                    delete message.id;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.name = value;
                                else
                                    delete message.name;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.source = value;
                                else
                                    delete message.source;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.deadLetters = value;
                                else
                                    delete message.deadLetters;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 2)
                                    break;
                                message.settings = $root.peyk.journal.v1.SubscriptionSettings.decode(reader, reader.size(), $undefined, _depth + 1, message.settings);
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.createdAtMs = value;
                                else
                                    delete message.createdAtMs;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.autoCreated = value;
                                else
                                    delete message.autoCreated;
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

                return SubscriptionSaved;
            })();

            v1.SubscriptionSettings = (function() {

                const SubscriptionSettings = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                SubscriptionSettings.prototype.ackDeadlineMs = 0;
                SubscriptionSettings.prototype.maxAttempts = 0;
                SubscriptionSettings.prototype.retryMinMs = 0;
                SubscriptionSettings.prototype.retryMaxMs = 0;
                SubscriptionSettings.prototype.retryFactor = 0;
                SubscriptionSettings.prototype.retryJitter = 0;
                SubscriptionSettings.prototype.maxExtensionMs = 0;
                SubscriptionSettings.prototype.deadLetterRetainMs = 0;
                SubscriptionSettings.prototype.mode = "";
                SubscriptionSettings.prototype.ordered = false;
                SubscriptionSettings.prototype.onKeyFailure = "";
                SubscriptionSettings.prototype.filter = "";

                SubscriptionSettings.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.ackDeadlineMs != null && $Object.hasOwnProperty.call(message, "ackDeadlineMs") && message.ackDeadlineMs !== 0)
                        writer.uint32(8).uint32(message.ackDeadlineMs);
                    if (message.maxAttempts != null && $Object.hasOwnProperty.call(message, "maxAttempts") && message.maxAttempts !== 0)
                        writer.uint32(16).uint32(message.maxAttempts);
                    if (message.retryMinMs != null && $Object.hasOwnProperty.call(message, "retryMinMs") && (typeof message.retryMinMs === "object" ? message.retryMinMs.low || message.retryMinMs.high : message.retryMinMs !== 0))
                        writer.uint32(24).uint64(message.retryMinMs);
                    if (message.retryMaxMs != null && $Object.hasOwnProperty.call(message, "retryMaxMs") && (typeof message.retryMaxMs === "object" ? message.retryMaxMs.low || message.retryMaxMs.high : message.retryMaxMs !== 0))
                        writer.uint32(32).uint64(message.retryMaxMs);
                    if (message.retryFactor != null && $Object.hasOwnProperty.call(message, "retryFactor") && !$Object.is(message.retryFactor, 0))
                        writer.uint32(41).double(message.retryFactor);
                    if (message.retryJitter != null && $Object.hasOwnProperty.call(message, "retryJitter") && !$Object.is(message.retryJitter, 0))
                        writer.uint32(49).double(message.retryJitter);
                    if (message.maxExtensionMs != null && $Object.hasOwnProperty.call(message, "maxExtensionMs") && (typeof message.maxExtensionMs === "object" ? message.maxExtensionMs.low || message.maxExtensionMs.high : message.maxExtensionMs !== 0))
                        writer.uint32(56).uint64(message.maxExtensionMs);
                    if (message.deadLetterRetainMs != null && $Object.hasOwnProperty.call(message, "deadLetterRetainMs") && (typeof message.deadLetterRetainMs === "object" ? message.deadLetterRetainMs.low || message.deadLetterRetainMs.high : message.deadLetterRetainMs !== 0))
                        writer.uint32(64).uint64(message.deadLetterRetainMs);
                    if (message.mode != null && $Object.hasOwnProperty.call(message, "mode") && message.mode !== "")
                        writer.uint32(74).string(message.mode);
                    if (message.ordered != null && $Object.hasOwnProperty.call(message, "ordered") && message.ordered !== false)
                        writer.uint32(80).bool(message.ordered);
                    if (message.onKeyFailure != null && $Object.hasOwnProperty.call(message, "onKeyFailure") && message.onKeyFailure !== "")
                        writer.uint32(90).string(message.onKeyFailure);
                    if (message.filter != null && $Object.hasOwnProperty.call(message, "filter") && message.filter !== "")
                        writer.uint32(98).string(message.filter);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                SubscriptionSettings.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.SubscriptionSettings();
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
                                    message.ackDeadlineMs = value;
                                else
                                    delete message.ackDeadlineMs;
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
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.retryMinMs = value;
                                else
                                    delete message.retryMinMs;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.retryMaxMs = value;
                                else
                                    delete message.retryMaxMs;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.retryFactor = value;
                                else
                                    delete message.retryFactor;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.retryJitter = value;
                                else
                                    delete message.retryJitter;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.maxExtensionMs = value;
                                else
                                    delete message.maxExtensionMs;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.deadLetterRetainMs = value;
                                else
                                    delete message.deadLetterRetainMs;
                                continue;
                            }
                        case 9: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.mode = value;
                                else
                                    delete message.mode;
                                continue;
                            }
                        case 10: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.ordered = value;
                                else
                                    delete message.ordered;
                                continue;
                            }
                        case 11: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.onKeyFailure = value;
                                else
                                    delete message.onKeyFailure;
                                continue;
                            }
                        case 12: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.filter = value;
                                else
                                    delete message.filter;
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

                return SubscriptionSettings;
            })();

            v1.SubscriptionDeleted = (function() {

                const SubscriptionDeleted = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                SubscriptionDeleted.prototype.id = 0;

                SubscriptionDeleted.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                        writer.uint32(8).uint32(message.id);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                SubscriptionDeleted.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.SubscriptionDeleted();
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
                                    message.id = value;
                                else
                                    delete message.id;
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

                return SubscriptionDeleted;
            })();

            v1.LogKind = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "LOG_KIND_UNSPECIFIED"] = 0;
                values[valuesById[1] = "LOG_KIND_MESSAGES"] = 1;
                values[valuesById[2] = "LOG_KIND_REFERENCES"] = 2;
                values[valuesById[3] = "LOG_KIND_NOTES"] = 3;
                return values;
            })();

            v1.LogCreated = (function() {

                const LogCreated = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                LogCreated.prototype.id = 0;
                LogCreated.prototype.kind = 0;
                LogCreated.prototype.owner = 0;
                LogCreated.prototype.priority = 0;

                LogCreated.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                        writer.uint32(8).uint32(message.id);
                    if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
                        writer.uint32(16).int32(message.kind);
                    if (message.owner != null && $Object.hasOwnProperty.call(message, "owner") && message.owner !== 0)
                        writer.uint32(24).uint32(message.owner);
                    if (message.priority != null && $Object.hasOwnProperty.call(message, "priority") && message.priority !== 0)
                        writer.uint32(32).uint32(message.priority);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                LogCreated.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.LogCreated();
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
                                    message.id = value;
                                else
                                    delete message.id;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.int32())
                                    message.kind = value;
                                else
                                    delete message.kind;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.owner = value;
                                else
                                    delete message.owner;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.priority = value;
                                else
                                    delete message.priority;
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

                return LogCreated;
            })();

            v1.CursorsCreated = (function() {

                const CursorsCreated = function (properties) {
                    this.cursors = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                CursorsCreated.prototype.subscription = 0;
                CursorsCreated.prototype.cursors = $util.emptyArray;

                CursorsCreated.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription") && message.subscription !== 0)
                        writer.uint32(8).uint32(message.subscription);
                    if (message.cursors != null && message.cursors.length)
                        for (let i = 0; i < message.cursors.length; ++i)
                            $root.peyk.journal.v1.CursorStart.encode(message.cursors[i], writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                CursorsCreated.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.CursorsCreated();
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
                                    message.subscription = value;
                                else
                                    delete message.subscription;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.cursors && message.cursors.length))
                                    message.cursors = [];
                                message.cursors.push($root.peyk.journal.v1.CursorStart.decode(reader, reader.size(), $undefined, _depth + 1));
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

                return CursorsCreated;
            })();

            v1.CursorStart = (function() {

                const CursorStart = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                CursorStart.prototype.log = 0;
                CursorStart.prototype.floor = 0;
                CursorStart.prototype.unsettled = 0;

                CursorStart.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(8).uint32(message.log);
                    if (message.floor != null && $Object.hasOwnProperty.call(message, "floor") && (typeof message.floor === "object" ? message.floor.low || message.floor.high : message.floor !== 0))
                        writer.uint32(16).uint64(message.floor);
                    if (message.unsettled != null && $Object.hasOwnProperty.call(message, "unsettled") && (typeof message.unsettled === "object" ? message.unsettled.low || message.unsettled.high : message.unsettled !== 0))
                        writer.uint32(24).uint64(message.unsettled);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                CursorStart.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.CursorStart();
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
                                    message.log = value;
                                else
                                    delete message.log;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.floor = value;
                                else
                                    delete message.floor;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.unsettled = value;
                                else
                                    delete message.unsettled;
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

                return CursorStart;
            })();

            v1.ProducerForgotten = (function() {

                const ProducerForgotten = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                ProducerForgotten.prototype.producer = $util.newBuffer([]);

                ProducerForgotten.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.producer != null && $Object.hasOwnProperty.call(message, "producer") && message.producer.length)
                        writer.uint32(10).bytes(message.producer);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                ProducerForgotten.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.ProducerForgotten();
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
                                    message.producer = value;
                                else
                                    delete message.producer;
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

                return ProducerForgotten;
            })();

            v1.Booted = (function() {

                const Booted = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Booted.prototype.boot = 0;

                Booted.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.boot != null && $Object.hasOwnProperty.call(message, "boot") && (typeof message.boot === "object" ? message.boot.low || message.boot.high : message.boot !== 0))
                        writer.uint32(8).uint64(message.boot);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Booted.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Booted();
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
                                    message.boot = value;
                                else
                                    delete message.boot;
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

                return Booted;
            })();

            v1.FileReplaced = (function() {

                const FileReplaced = function (properties) {
                    this.files = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                FileReplaced.prototype.files = $util.emptyArray;
                FileReplaced.prototype.by = 0;

                FileReplaced.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.files != null && message.files.length)
                        writer.uint32(10).uint32s(message.files);
                    if (message.by != null && $Object.hasOwnProperty.call(message, "by") && message.by !== 0)
                        writer.uint32(16).uint32(message.by);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                FileReplaced.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.FileReplaced();
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
                                if (wireType === 2) {
                                    if (!(message.files && message.files.length))
                                        message.files = [];
                                    reader.uint32s(message.files);
                                    continue;
                                }
                                if (wireType !== 0)
                                    break;
                                if (!(message.files && message.files.length))
                                    message.files = [];
                                message.files.push(reader.uint32());
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.by = value;
                                else
                                    delete message.by;
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

                return FileReplaced;
            })();

            v1.RetainedFrom = (function() {

                const RetainedFrom = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                RetainedFrom.prototype.topic = 0;
                RetainedFrom.prototype.position = 0;

                RetainedFrom.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== 0)
                        writer.uint32(8).uint32(message.topic);
                    if (message.position != null && $Object.hasOwnProperty.call(message, "position") && (typeof message.position === "object" ? message.position.low || message.position.high : message.position !== 0))
                        writer.uint32(16).uint64(message.position);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                RetainedFrom.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.RetainedFrom();
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
                                    message.topic = value;
                                else
                                    delete message.topic;
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

                return RetainedFrom;
            })();

            v1.Reference = (function() {

                const Reference = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Reference.prototype.log = 0;
                Reference.prototype.position = 0;
                Reference.prototype.death = undefined;
                Reference.prototype.redrives = 0;

                Reference.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(8).uint32(message.log);
                    if (message.position != null && $Object.hasOwnProperty.call(message, "position") && (typeof message.position === "object" ? message.position.low || message.position.high : message.position !== 0))
                        writer.uint32(16).uint64(message.position);
                    if (message.death != null && $Object.hasOwnProperty.call(message, "death"))
                        $root.peyk.journal.v1.Death.encode(message.death, writer.uint32(26).fork(), _depth + 1).ldelim();
                    if (message.redrives != null && $Object.hasOwnProperty.call(message, "redrives") && message.redrives !== 0)
                        writer.uint32(32).uint32(message.redrives);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Reference.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Reference();
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
                                    message.log = value;
                                else
                                    delete message.log;
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
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                message.death = $root.peyk.journal.v1.Death.decode(reader, reader.size(), $undefined, _depth + 1, message.death);
                                continue;
                            }
                        case 4: {
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

                return Reference;
            })();

            v1.References = (function() {

                const References = function (properties) {
                    this.references = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                References.prototype.references = $util.emptyArray;

                References.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.references != null && message.references.length)
                        for (let i = 0; i < message.references.length; ++i)
                            $root.peyk.journal.v1.Reference.encode(message.references[i], writer.uint32(122).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                References.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.References();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 15: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.references && message.references.length))
                                    message.references = [];
                                message.references.push($root.peyk.journal.v1.Reference.decode(reader, reader.size(), $undefined, _depth + 1));
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

                return References;
            })();

            v1.Death = (function() {

                const Death = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Death.prototype.reason = "";
                Death.prototype.error = "";
                Death.prototype.attempts = 0;
                Death.prototype.firstFailedAtMs = 0;
                Death.prototype.deadAtMs = 0;
                Death.prototype.lastConsumer = "";

                Death.encode = function (message, writer, _depth) {
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
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Death.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Death();
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

                return Death;
            })();

            v1.Piece = (function() {

                const Piece = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Piece.prototype.global = undefined;
                Piece.prototype.topic = undefined;
                Piece.prototype.subscription = undefined;
                Piece.prototype.producer = undefined;

                let $oneOfFields;

                $Object.defineProperty(Piece.prototype, "piece", {
                    get: $util.oneOfGetter($oneOfFields = ["global", "topic", "subscription", "producer"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                Piece.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.global != null && $Object.hasOwnProperty.call(message, "global"))
                        $root.peyk.journal.v1.GlobalPiece.encode(message.global, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.topic != null && $Object.hasOwnProperty.call(message, "topic"))
                        $root.peyk.journal.v1.TopicPiece.encode(message.topic, writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription"))
                        $root.peyk.journal.v1.SubscriptionPiece.encode(message.subscription, writer.uint32(26).fork(), _depth + 1).ldelim();
                    if (message.producer != null && $Object.hasOwnProperty.call(message, "producer"))
                        $root.peyk.journal.v1.ProducerPiece.encode(message.producer, writer.uint32(34).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Piece.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Piece();
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
                                message.global = $root.peyk.journal.v1.GlobalPiece.decode(reader, reader.size(), $undefined, _depth + 1, message.global);
                                message.piece = "global";
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.topic = $root.peyk.journal.v1.TopicPiece.decode(reader, reader.size(), $undefined, _depth + 1, message.topic);
                                message.piece = "topic";
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                message.subscription = $root.peyk.journal.v1.SubscriptionPiece.decode(reader, reader.size(), $undefined, _depth + 1, message.subscription);
                                message.piece = "subscription";
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                message.producer = $root.peyk.journal.v1.ProducerPiece.decode(reader, reader.size(), $undefined, _depth + 1, message.producer);
                                message.piece = "producer";
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

                return Piece;
            })();

            v1.GlobalPiece = (function() {

                const GlobalPiece = function (properties) {
                    this.coldFiles = [];
                    this.segments = [];
                    this.segmentEnds = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                GlobalPiece.prototype.boot = 0;
                GlobalPiece.prototype.nextId = 0;
                GlobalPiece.prototype.nextLog = 0;
                GlobalPiece.prototype.nextFile = 0;
                GlobalPiece.prototype.lastTimeMs = 0;
                GlobalPiece.prototype.coldFiles = $util.emptyArray;
                GlobalPiece.prototype.segments = $util.emptyArray;
                GlobalPiece.prototype.segmentEnds = $util.emptyArray;

                GlobalPiece.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.boot != null && $Object.hasOwnProperty.call(message, "boot") && (typeof message.boot === "object" ? message.boot.low || message.boot.high : message.boot !== 0))
                        writer.uint32(8).uint64(message.boot);
                    if (message.nextId != null && $Object.hasOwnProperty.call(message, "nextId") && message.nextId !== 0)
                        writer.uint32(16).uint32(message.nextId);
                    if (message.nextLog != null && $Object.hasOwnProperty.call(message, "nextLog") && message.nextLog !== 0)
                        writer.uint32(24).uint32(message.nextLog);
                    if (message.nextFile != null && $Object.hasOwnProperty.call(message, "nextFile") && message.nextFile !== 0)
                        writer.uint32(32).uint32(message.nextFile);
                    if (message.lastTimeMs != null && $Object.hasOwnProperty.call(message, "lastTimeMs") && (typeof message.lastTimeMs === "object" ? message.lastTimeMs.low || message.lastTimeMs.high : message.lastTimeMs !== 0))
                        writer.uint32(40).uint64(message.lastTimeMs);
                    if (message.coldFiles != null && message.coldFiles.length)
                        writer.uint32(50).uint32s(message.coldFiles);
                    if (message.segments != null && message.segments.length)
                        writer.uint32(58).uint32s(message.segments);
                    if (message.segmentEnds != null && message.segmentEnds.length)
                        writer.uint32(66).uint64s(message.segmentEnds);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                GlobalPiece.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.GlobalPiece();
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
                                    message.boot = value;
                                else
                                    delete message.boot;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.nextId = value;
                                else
                                    delete message.nextId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.nextLog = value;
                                else
                                    delete message.nextLog;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.nextFile = value;
                                else
                                    delete message.nextFile;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.lastTimeMs = value;
                                else
                                    delete message.lastTimeMs;
                                continue;
                            }
                        case 6: {
                                if (wireType === 2) {
                                    if (!(message.coldFiles && message.coldFiles.length))
                                        message.coldFiles = [];
                                    reader.uint32s(message.coldFiles);
                                    continue;
                                }
                                if (wireType !== 0)
                                    break;
                                if (!(message.coldFiles && message.coldFiles.length))
                                    message.coldFiles = [];
                                message.coldFiles.push(reader.uint32());
                                continue;
                            }
                        case 7: {
                                if (wireType === 2) {
                                    if (!(message.segments && message.segments.length))
                                        message.segments = [];
                                    reader.uint32s(message.segments);
                                    continue;
                                }
                                if (wireType !== 0)
                                    break;
                                if (!(message.segments && message.segments.length))
                                    message.segments = [];
                                message.segments.push(reader.uint32());
                                continue;
                            }
                        case 8: {
                                if (wireType === 2) {
                                    if (!(message.segmentEnds && message.segmentEnds.length))
                                        message.segmentEnds = [];
                                    reader.uint64s(message.segmentEnds);
                                    continue;
                                }
                                if (wireType !== 0)
                                    break;
                                if (!(message.segmentEnds && message.segmentEnds.length))
                                    message.segmentEnds = [];
                                message.segmentEnds.push(reader.uint64());
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

                return GlobalPiece;
            })();

            v1.TopicPiece = (function() {

                const TopicPiece = function (properties) {
                    this.logs = [];
                    this.gaps = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                TopicPiece.prototype.topic = undefined;
                TopicPiece.prototype.logs = $util.emptyArray;
                TopicPiece.prototype.nextPosition = 0;
                TopicPiece.prototype.reservedUntil = 0;
                TopicPiece.prototype.gaps = $util.emptyArray;
                TopicPiece.prototype.retainedFrom = 0;

                TopicPiece.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.topic != null && $Object.hasOwnProperty.call(message, "topic"))
                        $root.peyk.journal.v1.TopicSaved.encode(message.topic, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.logs != null && message.logs.length)
                        for (let i = 0; i < message.logs.length; ++i)
                            $root.peyk.journal.v1.LogState.encode(message.logs[i], writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.nextPosition != null && $Object.hasOwnProperty.call(message, "nextPosition") && (typeof message.nextPosition === "object" ? message.nextPosition.low || message.nextPosition.high : message.nextPosition !== 0))
                        writer.uint32(24).uint64(message.nextPosition);
                    if (message.reservedUntil != null && $Object.hasOwnProperty.call(message, "reservedUntil") && (typeof message.reservedUntil === "object" ? message.reservedUntil.low || message.reservedUntil.high : message.reservedUntil !== 0))
                        writer.uint32(32).uint64(message.reservedUntil);
                    if (message.gaps != null && message.gaps.length)
                        writer.uint32(42).uint64s(message.gaps);
                    if (message.retainedFrom != null && $Object.hasOwnProperty.call(message, "retainedFrom") && (typeof message.retainedFrom === "object" ? message.retainedFrom.low || message.retainedFrom.high : message.retainedFrom !== 0))
                        writer.uint32(48).uint64(message.retainedFrom);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                TopicPiece.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.TopicPiece();
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
                                message.topic = $root.peyk.journal.v1.TopicSaved.decode(reader, reader.size(), $undefined, _depth + 1, message.topic);
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.logs && message.logs.length))
                                    message.logs = [];
                                message.logs.push($root.peyk.journal.v1.LogState.decode(reader, reader.size(), $undefined, _depth + 1));
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.nextPosition = value;
                                else
                                    delete message.nextPosition;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.reservedUntil = value;
                                else
                                    delete message.reservedUntil;
                                continue;
                            }
                        case 5: {
                                if (wireType === 2) {
                                    if (!(message.gaps && message.gaps.length))
                                        message.gaps = [];
                                    reader.uint64s(message.gaps);
                                    continue;
                                }
                                if (wireType !== 0)
                                    break;
                                if (!(message.gaps && message.gaps.length))
                                    message.gaps = [];
                                message.gaps.push(reader.uint64());
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.retainedFrom = value;
                                else
                                    delete message.retainedFrom;
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

                return TopicPiece;
            })();

            v1.LogState = (function() {

                const LogState = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                LogState.prototype.log = undefined;
                LogState.prototype.nextPosition = 0;

                LogState.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log"))
                        $root.peyk.journal.v1.LogCreated.encode(message.log, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.nextPosition != null && $Object.hasOwnProperty.call(message, "nextPosition") && (typeof message.nextPosition === "object" ? message.nextPosition.low || message.nextPosition.high : message.nextPosition !== 0))
                        writer.uint32(16).uint64(message.nextPosition);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                LogState.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.LogState();
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
                                message.log = $root.peyk.journal.v1.LogCreated.decode(reader, reader.size(), $undefined, _depth + 1, message.log);
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.nextPosition = value;
                                else
                                    delete message.nextPosition;
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

                return LogState;
            })();

            v1.SubscriptionPiece = (function() {

                const SubscriptionPiece = function (properties) {
                    this.logs = [];
                    this.cursors = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                SubscriptionPiece.prototype.subscription = undefined;
                SubscriptionPiece.prototype.logs = $util.emptyArray;
                SubscriptionPiece.prototype.cursors = $util.emptyArray;

                SubscriptionPiece.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription"))
                        $root.peyk.journal.v1.SubscriptionSaved.encode(message.subscription, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.logs != null && message.logs.length)
                        for (let i = 0; i < message.logs.length; ++i)
                            $root.peyk.journal.v1.LogState.encode(message.logs[i], writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.cursors != null && message.cursors.length)
                        for (let i = 0; i < message.cursors.length; ++i)
                            $root.peyk.journal.v1.CursorState.encode(message.cursors[i], writer.uint32(26).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                SubscriptionPiece.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.SubscriptionPiece();
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
                                message.subscription = $root.peyk.journal.v1.SubscriptionSaved.decode(reader, reader.size(), $undefined, _depth + 1, message.subscription);
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.logs && message.logs.length))
                                    message.logs = [];
                                message.logs.push($root.peyk.journal.v1.LogState.decode(reader, reader.size(), $undefined, _depth + 1));
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.cursors && message.cursors.length))
                                    message.cursors = [];
                                message.cursors.push($root.peyk.journal.v1.CursorState.decode(reader, reader.size(), $undefined, _depth + 1));
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

                return SubscriptionPiece;
            })();

            v1.CursorState = (function() {

                const CursorState = function (properties) {
                    this.settled = [];
                    this.held = [];
                    this.retries = [];
                    this.handedOver = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                CursorState.prototype.log = 0;
                CursorState.prototype.floor = 0;
                CursorState.prototype.unsettled = 0;
                CursorState.prototype.settled = $util.emptyArray;
                CursorState.prototype.held = $util.emptyArray;
                CursorState.prototype.retries = $util.emptyArray;
                CursorState.prototype.handedOver = $util.emptyArray;

                CursorState.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.log != null && $Object.hasOwnProperty.call(message, "log") && message.log !== 0)
                        writer.uint32(8).uint32(message.log);
                    if (message.floor != null && $Object.hasOwnProperty.call(message, "floor") && (typeof message.floor === "object" ? message.floor.low || message.floor.high : message.floor !== 0))
                        writer.uint32(16).uint64(message.floor);
                    if (message.unsettled != null && $Object.hasOwnProperty.call(message, "unsettled") && (typeof message.unsettled === "object" ? message.unsettled.low || message.unsettled.high : message.unsettled !== 0))
                        writer.uint32(24).uint64(message.unsettled);
                    if (message.settled != null && message.settled.length)
                        for (let i = 0; i < message.settled.length; ++i)
                            $root.peyk.journal.v1.Page.encode(message.settled[i], writer.uint32(34).fork(), _depth + 1).ldelim();
                    if (message.held != null && message.held.length)
                        for (let i = 0; i < message.held.length; ++i)
                            $root.peyk.journal.v1.Page.encode(message.held[i], writer.uint32(42).fork(), _depth + 1).ldelim();
                    if (message.retries != null && message.retries.length)
                        for (let i = 0; i < message.retries.length; ++i)
                            $root.peyk.journal.v1.Retried.encode(message.retries[i], writer.uint32(50).fork(), _depth + 1).ldelim();
                    if (message.handedOver != null && message.handedOver.length)
                        for (let i = 0; i < message.handedOver.length; ++i)
                            $root.peyk.journal.v1.HandedOver.encode(message.handedOver[i], writer.uint32(58).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                CursorState.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.CursorState();
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
                                    message.log = value;
                                else
                                    delete message.log;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.floor = value;
                                else
                                    delete message.floor;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.unsettled = value;
                                else
                                    delete message.unsettled;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.settled && message.settled.length))
                                    message.settled = [];
                                message.settled.push($root.peyk.journal.v1.Page.decode(reader, reader.size(), $undefined, _depth + 1));
                                continue;
                            }
                        case 5: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.held && message.held.length))
                                    message.held = [];
                                message.held.push($root.peyk.journal.v1.Page.decode(reader, reader.size(), $undefined, _depth + 1));
                                continue;
                            }
                        case 6: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.retries && message.retries.length))
                                    message.retries = [];
                                message.retries.push($root.peyk.journal.v1.Retried.decode(reader, reader.size(), $undefined, _depth + 1));
                                continue;
                            }
                        case 7: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.handedOver && message.handedOver.length))
                                    message.handedOver = [];
                                message.handedOver.push($root.peyk.journal.v1.HandedOver.decode(reader, reader.size(), $undefined, _depth + 1));
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

                return CursorState;
            })();

            v1.Page = (function() {

                const Page = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Page.prototype.number = 0;
                Page.prototype.bits = $util.newBuffer([]);

                Page.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.number != null && $Object.hasOwnProperty.call(message, "number") && (typeof message.number === "object" ? message.number.low || message.number.high : message.number !== 0))
                        writer.uint32(8).uint64(message.number);
                    if (message.bits != null && $Object.hasOwnProperty.call(message, "bits") && message.bits.length)
                        writer.uint32(18).bytes(message.bits);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Page.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.Page();
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
                                    message.number = value;
                                else
                                    delete message.number;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.bytes()).length)
                                    message.bits = value;
                                else
                                    delete message.bits;
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

                return Page;
            })();

            v1.ProducerPiece = (function() {

                const ProducerPiece = function (properties) {
                    this.ranges = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                ProducerPiece.prototype.producer = $util.newBuffer([]);
                ProducerPiece.prototype.nextSequence = 0;
                ProducerPiece.prototype.ranges = $util.emptyArray;

                ProducerPiece.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.producer != null && $Object.hasOwnProperty.call(message, "producer") && message.producer.length)
                        writer.uint32(10).bytes(message.producer);
                    if (message.nextSequence != null && $Object.hasOwnProperty.call(message, "nextSequence") && (typeof message.nextSequence === "object" ? message.nextSequence.low || message.nextSequence.high : message.nextSequence !== 0))
                        writer.uint32(16).uint64(message.nextSequence);
                    if (message.ranges != null && message.ranges.length)
                        for (let i = 0; i < message.ranges.length; ++i)
                            $root.peyk.journal.v1.Produced.encode(message.ranges[i], writer.uint32(26).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                ProducerPiece.decode = function (reader, length, _end, _depth, _target) {
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
                    message = _target || new $root.peyk.journal.v1.ProducerPiece();
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
                                    message.producer = value;
                                else
                                    delete message.producer;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.nextSequence = value;
                                else
                                    delete message.nextSequence;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.ranges && message.ranges.length))
                                    message.ranges = [];
                                message.ranges.push($root.peyk.journal.v1.Produced.decode(reader, reader.size(), $undefined, _depth + 1));
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

                return ProducerPiece;
            })();

            return v1;
        })();

        return journal;
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

export const peyk: { readonly journal: { readonly v1: {
  readonly Entries: Codec<peyk.journal.v1.IEntries, peyk.journal.v1.Entries>;
  readonly Entry: Codec<peyk.journal.v1.IEntry, peyk.journal.v1.Entry>;
  readonly Settled: Codec<peyk.journal.v1.ISettled, peyk.journal.v1.Settled>;
  readonly Produced: Codec<peyk.journal.v1.IProduced, peyk.journal.v1.Produced>;
  readonly Retried: Codec<peyk.journal.v1.IRetried, peyk.journal.v1.Retried>;
  readonly Died: Codec<peyk.journal.v1.IDied, peyk.journal.v1.Died>;
  readonly Released: Codec<peyk.journal.v1.IReleased, peyk.journal.v1.Released>;
  readonly Reserved: Codec<peyk.journal.v1.IReserved, peyk.journal.v1.Reserved>;
  readonly HandedOver: Codec<peyk.journal.v1.IHandedOver, peyk.journal.v1.HandedOver>;
  readonly TakenBack: Codec<peyk.journal.v1.ITakenBack, peyk.journal.v1.TakenBack>;
  readonly FloorMoved: Codec<peyk.journal.v1.IFloorMoved, peyk.journal.v1.FloorMoved>;
  readonly TopicSaved: Codec<peyk.journal.v1.ITopicSaved, peyk.journal.v1.TopicSaved>;
  readonly TopicSettings: Codec<peyk.journal.v1.ITopicSettings, peyk.journal.v1.TopicSettings>;
  readonly TopicDeleted: Codec<peyk.journal.v1.ITopicDeleted, peyk.journal.v1.TopicDeleted>;
  readonly SubscriptionSaved: Codec<peyk.journal.v1.ISubscriptionSaved, peyk.journal.v1.SubscriptionSaved>;
  readonly SubscriptionSettings: Codec<peyk.journal.v1.ISubscriptionSettings, peyk.journal.v1.SubscriptionSettings>;
  readonly SubscriptionDeleted: Codec<peyk.journal.v1.ISubscriptionDeleted, peyk.journal.v1.SubscriptionDeleted>;
  readonly LogKind: { readonly LOG_KIND_UNSPECIFIED: 0; readonly LOG_KIND_MESSAGES: 1; readonly LOG_KIND_REFERENCES: 2; readonly LOG_KIND_NOTES: 3 };
  readonly LogCreated: Codec<peyk.journal.v1.ILogCreated, peyk.journal.v1.LogCreated>;
  readonly CursorsCreated: Codec<peyk.journal.v1.ICursorsCreated, peyk.journal.v1.CursorsCreated>;
  readonly CursorStart: Codec<peyk.journal.v1.ICursorStart, peyk.journal.v1.CursorStart>;
  readonly ProducerForgotten: Codec<peyk.journal.v1.IProducerForgotten, peyk.journal.v1.ProducerForgotten>;
  readonly Booted: Codec<peyk.journal.v1.IBooted, peyk.journal.v1.Booted>;
  readonly FileReplaced: Codec<peyk.journal.v1.IFileReplaced, peyk.journal.v1.FileReplaced>;
  readonly RetainedFrom: Codec<peyk.journal.v1.IRetainedFrom, peyk.journal.v1.RetainedFrom>;
  readonly Reference: Codec<peyk.journal.v1.IReference, peyk.journal.v1.Reference>;
  readonly References: Codec<peyk.journal.v1.IReferences, peyk.journal.v1.References>;
  readonly Death: Codec<peyk.journal.v1.IDeath, peyk.journal.v1.Death>;
  readonly Piece: Codec<peyk.journal.v1.IPiece, peyk.journal.v1.Piece>;
  readonly GlobalPiece: Codec<peyk.journal.v1.IGlobalPiece, peyk.journal.v1.GlobalPiece>;
  readonly TopicPiece: Codec<peyk.journal.v1.ITopicPiece, peyk.journal.v1.TopicPiece>;
  readonly LogState: Codec<peyk.journal.v1.ILogState, peyk.journal.v1.LogState>;
  readonly SubscriptionPiece: Codec<peyk.journal.v1.ISubscriptionPiece, peyk.journal.v1.SubscriptionPiece>;
  readonly CursorState: Codec<peyk.journal.v1.ICursorState, peyk.journal.v1.CursorState>;
  readonly Page: Codec<peyk.journal.v1.IPage, peyk.journal.v1.Page>;
  readonly ProducerPiece: Codec<peyk.journal.v1.IProducerPiece, peyk.journal.v1.ProducerPiece>;
} } } = $made;

export namespace peyk.journal.v1 {
export interface IEntries {
  readonly entries?: readonly IEntry[] | undefined;
}
/** Body of an ENTRIES record: what one commit did, in order. */
export interface Entries {
  readonly entries: readonly Entry[];
}

export interface IEntry {
  readonly settled?: ISettled | undefined;
  readonly produced?: IProduced | undefined;
  readonly retried?: IRetried | undefined;
  readonly died?: IDied | undefined;
  readonly released?: IReleased | undefined;
  readonly reserved?: IReserved | undefined;
  readonly floorMoved?: IFloorMoved | undefined;
  readonly handedOver?: IHandedOver | undefined;
  readonly takenBack?: ITakenBack | undefined;
  readonly topicSaved?: ITopicSaved | undefined;
  readonly topicDeleted?: ITopicDeleted | undefined;
  readonly subscriptionSaved?: ISubscriptionSaved | undefined;
  readonly subscriptionDeleted?: ISubscriptionDeleted | undefined;
  readonly logCreated?: ILogCreated | undefined;
  readonly cursorsCreated?: ICursorsCreated | undefined;
  readonly producerForgotten?: IProducerForgotten | undefined;
  readonly booted?: IBooted | undefined;
  readonly fileReplaced?: IFileReplaced | undefined;
  readonly retainedFrom?: IRetainedFrom | undefined;
}
export interface Entry {
  /** Which of them is set. */
  readonly entry: "settled" | "produced" | "retried" | "died" | "released" | "reserved" | "floorMoved" | "handedOver" | "takenBack" | "topicSaved" | "topicDeleted" | "subscriptionSaved" | "subscriptionDeleted" | "logCreated" | "cursorsCreated" | "producerForgotten" | "booted" | "fileReplaced" | "retainedFrom" | undefined;
  readonly settled: Settled | undefined;
  readonly produced: Produced | undefined;
  readonly retried: Retried | undefined;
  readonly died: Died | undefined;
  readonly released: Released | undefined;
  readonly reserved: Reserved | undefined;
  readonly floorMoved: FloorMoved | undefined;
  readonly handedOver: HandedOver | undefined;
  readonly takenBack: TakenBack | undefined;
  readonly topicSaved: TopicSaved | undefined;
  readonly topicDeleted: TopicDeleted | undefined;
  readonly subscriptionSaved: SubscriptionSaved | undefined;
  readonly subscriptionDeleted: SubscriptionDeleted | undefined;
  readonly logCreated: LogCreated | undefined;
  readonly cursorsCreated: CursorsCreated | undefined;
  readonly producerForgotten: ProducerForgotten | undefined;
  readonly booted: Booted | undefined;
  readonly fileReplaced: FileReplaced | undefined;
  readonly retainedFrom: RetainedFrom | undefined;
}

export interface ISettled {
  readonly subscription?: number | undefined;
  readonly log?: number | undefined;
  readonly first?: number | undefined;
  readonly count?: number | undefined;
}
/** These positions never come back to this subscription. */
export interface Settled {
  readonly subscription: number;
  readonly log: number;
  readonly first: number;
  readonly count: number;
}

export interface IProduced {
  readonly producer?: Uint8Array | undefined;
  readonly firstSequence?: number | undefined;
  readonly count?: number | undefined;
  readonly topic?: number | undefined;
  readonly firstPosition?: number | undefined;
}
/** Sequences of a producer and where they were stored. */
export interface Produced {
  readonly producer: Uint8Array;
  readonly firstSequence: number;
  readonly count: number;
  readonly topic: number;
  readonly firstPosition: number;
}

export interface IRetried {
  readonly subscription?: number | undefined;
  readonly log?: number | undefined;
  readonly first?: number | undefined;
  readonly count?: number | undefined;
  readonly failures?: number | undefined;
  readonly crashes?: number | undefined;
  readonly dueAtMs?: number | undefined;
  readonly firstFailedAtMs?: number | undefined;
  readonly note?: number | undefined;
  readonly interrupted?: boolean | undefined;
}
/** Failed; to be handed out again at due_at_ms. */
export interface Retried {
  readonly subscription: number;
  readonly log: number;
  readonly first: number;
  readonly count: number;
  readonly failures: number;
  readonly crashes: number;
/** Wall clock of the broker, ms since 1970. */
  readonly dueAtMs: number;
  readonly firstFailedAtMs: number;
/** Position in the subscription's log of notes, 0: none. */
  readonly note: number;
/** Only in snapshots: handed over when the process stopped, and not counted in `failures` yet. */
  readonly interrupted: boolean;
}

export interface IDied {
  readonly subscription?: number | undefined;
  readonly log?: number | undefined;
  readonly first?: number | undefined;
  readonly count?: number | undefined;
}
/** Settled for the subscription but held, because one of its own logs refers to them (dead or redriven). */
export interface Died {
  readonly subscription: number;
  readonly log: number;
  readonly first: number;
  readonly count: number;
}

export interface IReleased {
  readonly subscription?: number | undefined;
  readonly log?: number | undefined;
  readonly first?: number | undefined;
  readonly count?: number | undefined;
}
/** No longer held: what referred to them is settled. */
export interface Released {
  readonly subscription: number;
  readonly log: number;
  readonly first: number;
  readonly count: number;
}

export interface IReserved {
  readonly topic?: number | undefined;
  readonly until?: number | undefined;
}
/** Positions of this topic below `until` may have been used. */
export interface Reserved {
  readonly topic: number;
  readonly until: number;
}

export interface IHandedOver {
  readonly subscription?: number | undefined;
  readonly log?: number | undefined;
  readonly first?: number | undefined;
  readonly count?: number | undefined;
}
/** Given to a consumer within the process. Where the process ends without a TakenBack, or another entry that says what
 * became of them, the next Booted makes an interrupted attempt of it. Written, not synced. */
export interface HandedOver {
  readonly subscription: number;
  readonly log: number;
  readonly first: number;
  readonly count: number;
}

export interface ITakenBack {
  readonly subscription?: number | undefined;
  readonly log?: number | undefined;
  readonly first?: number | undefined;
  readonly count?: number | undefined;
}
/** Given back, uncounted. Written, not synced. */
export interface TakenBack {
  readonly subscription: number;
  readonly log: number;
  readonly first: number;
  readonly count: number;
}

export interface IFloorMoved {
  readonly subscription?: number | undefined;
  readonly log?: number | undefined;
  readonly floor?: number | undefined;
  readonly unsettledLeft?: number | undefined;
}
/** Everything below `floor` is settled (purge, expiry). */
export interface FloorMoved {
  readonly subscription: number;
  readonly log: number;
  readonly floor: number;
/** Messages above it that are still unsettled. */
  readonly unsettledLeft: number;
}

export interface ITopicSaved {
  readonly id?: number | undefined;
  readonly name?: string | undefined;
  readonly epoch?: number | undefined;
  readonly settings?: ITopicSettings | undefined;
  readonly createdAtMs?: number | undefined;
  readonly autoCreated?: boolean | undefined;
  readonly log?: number | undefined;
}
export interface TopicSaved {
  readonly id: number;
  readonly name: string;
  readonly epoch: number;
  readonly settings: TopicSettings | undefined;
  readonly createdAtMs: number;
  readonly autoCreated: boolean;
/** Its log of priority 0. */
  readonly log: number;
}

export interface ITopicSettings {
  readonly retainMs?: number | undefined;
  readonly retainBytes?: number | undefined;
  readonly expireUnsettledMs?: number | undefined;
  readonly maxBacklogBytes?: number | undefined;
  readonly overflow?: string | undefined;
}
export interface TopicSettings {
  readonly retainMs: number;
  readonly retainBytes: number;
  readonly expireUnsettledMs: number;
  readonly maxBacklogBytes: number;
  readonly overflow: string;
}

export interface ITopicDeleted {
  readonly id?: number | undefined;
}
export interface TopicDeleted {
  readonly id: number;
}

export interface ISubscriptionSaved {
  readonly id?: number | undefined;
  readonly name?: string | undefined;
  readonly source?: string | undefined;
  readonly deadLetters?: number | undefined;
  readonly settings?: ISubscriptionSettings | undefined;
  readonly createdAtMs?: number | undefined;
  readonly autoCreated?: boolean | undefined;
}
export interface SubscriptionSaved {
  readonly id: number;
  readonly name: string;
  readonly source: string;
/** The subscription of its dead letters; 0 for one that is a dead-letter queue itself. */
  readonly deadLetters: number;
  readonly settings: SubscriptionSettings | undefined;
  readonly createdAtMs: number;
  readonly autoCreated: boolean;
}

export interface ISubscriptionSettings {
  readonly ackDeadlineMs?: number | undefined;
  readonly maxAttempts?: number | undefined;
  readonly retryMinMs?: number | undefined;
  readonly retryMaxMs?: number | undefined;
  readonly retryFactor?: number | undefined;
  readonly retryJitter?: number | undefined;
  readonly maxExtensionMs?: number | undefined;
  readonly deadLetterRetainMs?: number | undefined;
  readonly mode?: string | undefined;
  readonly ordered?: boolean | undefined;
  readonly onKeyFailure?: string | undefined;
  readonly filter?: string | undefined;
}
export interface SubscriptionSettings {
  readonly ackDeadlineMs: number;
  readonly maxAttempts: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  readonly retryFactor: number;
  readonly retryJitter: number;
  readonly maxExtensionMs: number;
  readonly deadLetterRetainMs: number;
  readonly mode: string;
  readonly ordered: boolean;
  readonly onKeyFailure: string;
  readonly filter: string;
}

export interface ISubscriptionDeleted {
  readonly id?: number | undefined;
}
export interface SubscriptionDeleted {
  readonly id: number;
}

export interface ILogCreated {
  readonly id?: number | undefined;
  readonly kind?: number | undefined;
  readonly owner?: number | undefined;
  readonly priority?: number | undefined;
}
export interface LogCreated {
  readonly id: number;
  readonly kind: number;
  readonly owner: number;
  readonly priority: number;
}

export interface ICursorsCreated {
  readonly subscription?: number | undefined;
  readonly cursors?: readonly ICursorStart[] | undefined;
}
/** A subscription begins to take messages of topics. */
export interface CursorsCreated {
  readonly subscription: number;
  readonly cursors: readonly CursorStart[];
}

export interface ICursorStart {
  readonly log?: number | undefined;
  readonly floor?: number | undefined;
  readonly unsettled?: number | undefined;
}
export interface CursorStart {
  readonly log: number;
  readonly floor: number;
/** Messages at or above it that exist already. */
  readonly unsettled: number;
}

export interface IProducerForgotten {
  readonly producer?: Uint8Array | undefined;
}
export interface ProducerForgotten {
  readonly producer: Uint8Array;
}

export interface IBooted {
  readonly boot?: number | undefined;
}
/** A start. What was handed over before it and not taken back was interrupted: it is to be handed out again, and the
 * attempt counts. */
export interface Booted {
  readonly boot: number;
}

export interface IFileReplaced {
  readonly files?: readonly number[] | undefined;
  readonly by?: number | undefined;
}
/** What lives of a segment or cold file is now in another cold file (0: nothing lived). */
export interface FileReplaced {
  readonly files: readonly number[];
  readonly by: number;
}

export interface IRetainedFrom {
  readonly topic?: number | undefined;
  readonly position?: number | undefined;
}
/** Settled messages of this topic below `position` are no longer retained. */
export interface RetainedFrom {
  readonly topic: number;
  readonly position: number;
}

export interface IReference {
  readonly log?: number | undefined;
  readonly position?: number | undefined;
  readonly death?: IDeath | undefined;
  readonly redrives?: number | undefined;
}
/** One item of a REFERENCES record. */
export interface Reference {
  readonly log: number;
  readonly position: number;
/** Set in a dead-letter queue. */
  readonly death: Death | undefined;
  readonly redrives: number;
}

export interface IReferences {
  readonly references?: readonly IReference[] | undefined;
}
export interface References {
  readonly references: readonly Reference[];
}

export interface IDeath {
  readonly reason?: string | undefined;
  readonly error?: string | undefined;
  readonly attempts?: number | undefined;
  readonly firstFailedAtMs?: number | undefined;
  readonly deadAtMs?: number | undefined;
  readonly lastConsumer?: string | undefined;
}
export interface Death {
  readonly reason: string;
  readonly error: string;
  readonly attempts: number;
  readonly firstFailedAtMs: number;
  readonly deadAtMs: number;
  readonly lastConsumer: string;
}

export interface IPiece {
  readonly global?: IGlobalPiece | undefined;
  readonly topic?: ITopicPiece | undefined;
  readonly subscription?: ISubscriptionPiece | undefined;
  readonly producer?: IProducerPiece | undefined;
}
/** One piece of a snapshot: the state of one thing after the commit named beside it. */
export interface Piece {
  /** Which of them is set. */
  readonly piece: "global" | "topic" | "subscription" | "producer" | undefined;
  readonly global: GlobalPiece | undefined;
  readonly topic: TopicPiece | undefined;
  readonly subscription: SubscriptionPiece | undefined;
  readonly producer: ProducerPiece | undefined;
}

export interface IGlobalPiece {
  readonly boot?: number | undefined;
  readonly nextId?: number | undefined;
  readonly nextLog?: number | undefined;
  readonly nextFile?: number | undefined;
  readonly lastTimeMs?: number | undefined;
  readonly coldFiles?: readonly number[] | undefined;
  readonly segments?: readonly number[] | undefined;
  readonly segmentEnds?: readonly number[] | undefined;
}
export interface GlobalPiece {
  readonly boot: number;
/** Next numbers to be given to topics, subscriptions (one count for both), logs and files. */
  readonly nextId: number;
  readonly nextLog: number;
  readonly nextFile: number;
/** Publish time never goes back. */
  readonly lastTimeMs: number;
/** Cold files and segments in use. */
  readonly coldFiles: readonly number[];
  readonly segments: readonly number[];
/** The last commit in each of `segments`, in the same order; of the one that is written to, so far. */
  readonly segmentEnds: readonly number[];
}

export interface ITopicPiece {
  readonly topic?: ITopicSaved | undefined;
  readonly logs?: readonly ILogState[] | undefined;
  readonly nextPosition?: number | undefined;
  readonly reservedUntil?: number | undefined;
  readonly gaps?: readonly number[] | undefined;
  readonly retainedFrom?: number | undefined;
}
export interface TopicPiece {
  readonly topic: TopicSaved | undefined;
  readonly logs: readonly LogState[];
  readonly nextPosition: number;
  readonly reservedUntil: number;
  readonly gaps: readonly number[];
  readonly retainedFrom: number;
}

export interface ILogState {
  readonly log?: ILogCreated | undefined;
  readonly nextPosition?: number | undefined;
}
export interface LogState {
  readonly log: LogCreated | undefined;
  readonly nextPosition: number;
}

export interface ISubscriptionPiece {
  readonly subscription?: ISubscriptionSaved | undefined;
  readonly logs?: readonly ILogState[] | undefined;
  readonly cursors?: readonly ICursorState[] | undefined;
}
export interface SubscriptionPiece {
  readonly subscription: SubscriptionSaved | undefined;
  readonly logs: readonly LogState[];
  readonly cursors: readonly CursorState[];
}

export interface ICursorState {
  readonly log?: number | undefined;
  readonly floor?: number | undefined;
  readonly unsettled?: number | undefined;
  readonly settled?: readonly IPage[] | undefined;
  readonly held?: readonly IPage[] | undefined;
  readonly retries?: readonly IRetried[] | undefined;
  readonly handedOver?: readonly IHandedOver[] | undefined;
}
export interface CursorState {
  readonly log: number;
  readonly floor: number;
  readonly unsettled: number;
/** Settled positions above the floor: 4,096 to a page. */
  readonly settled: readonly Page[];
  readonly held: readonly Page[];
  readonly retries: readonly Retried[];
  readonly handedOver: readonly HandedOver[];
}

export interface IPage {
  readonly number?: number | undefined;
  readonly bits?: Uint8Array | undefined;
}
export interface Page {
  readonly number: number;
  readonly bits: Uint8Array;
}

export interface IProducerPiece {
  readonly producer?: Uint8Array | undefined;
  readonly nextSequence?: number | undefined;
  readonly ranges?: readonly IProduced[] | undefined;
}
export interface ProducerPiece {
  readonly producer: Uint8Array;
  readonly nextSequence: number;
  readonly ranges: readonly Produced[];
}
}
