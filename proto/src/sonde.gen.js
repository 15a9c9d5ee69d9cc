/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const sonde = $root.sonde = (() => {

    /**
     * Namespace sonde.
     * @exports sonde
     * @namespace
     */
    const sonde = {};

    sonde.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof sonde
         * @namespace
         */
        const v1 = {};

        v1.Attributes = (function() {

            /**
             * Properties of an Attributes.
             * @typedef {Object} sonde.v1.Attributes.$Properties
             * @property {Array.<number>} [count] Attributes count
             * @property {Array.<number>} [key] Attributes key
             * @property {Array.<number>} [value] Attributes value
             * @property {Array.<sonde.v1.ValueType>} [type] Attributes type
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Attributes.
             * @memberof sonde.v1
             * @interface IAttributes
             * @augments sonde.v1.Attributes.$Properties
             * @deprecated Use sonde.v1.Attributes.$Properties instead.
             */

            /**
             * Shape of an Attributes.
             * @typedef {sonde.v1.Attributes.$Properties} sonde.v1.Attributes.$Shape
             */

            /**
             * Constructs a new Attributes.
             * @memberof sonde.v1
             * @classdesc Represents an Attributes.
             * @constructor
             * @param {sonde.v1.Attributes.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Attributes = function (properties) {
                this.count = [];
                this.key = [];
                this.value = [];
                this.type = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Attributes count.
             * @member {Array.<number>} count
             * @memberof sonde.v1.Attributes
             * @instance
             */
            Attributes.prototype.count = $util.emptyArray;

            /**
             * Attributes key.
             * @member {Array.<number>} key
             * @memberof sonde.v1.Attributes
             * @instance
             */
            Attributes.prototype.key = $util.emptyArray;

            /**
             * Attributes value.
             * @member {Array.<number>} value
             * @memberof sonde.v1.Attributes
             * @instance
             */
            Attributes.prototype.value = $util.emptyArray;

            /**
             * Attributes type.
             * @member {Array.<sonde.v1.ValueType>} type
             * @memberof sonde.v1.Attributes
             * @instance
             */
            Attributes.prototype.type = $util.emptyArray;

            /**
             * Encodes the specified Attributes message. Does not implicitly {@link sonde.v1.Attributes.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Attributes
             * @static
             * @param {sonde.v1.Attributes.$Properties} message Attributes message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Attributes.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.count != null && message.count.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.count);
                if (message.key != null && message.key.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.key);
                if (message.value != null && message.value.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.value);
                if (message.type != null && message.type.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).int32s(message.type);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Attributes message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Attributes
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Attributes & sonde.v1.Attributes.$Shape} Attributes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Attributes.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Attributes();
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
                                if (!(message.count && message.count.length))
                                    message.count = [];
                                reader.uint32s(message.count);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.count && message.count.length))
                                message.count = [];
                            message.count.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.key && message.key.length))
                                    message.key = [];
                                reader.uint32s(message.key);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.key && message.key.length))
                                message.key = [];
                            message.key.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.value && message.value.length))
                                    message.value = [];
                                reader.uint32s(message.value);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.value && message.value.length))
                                message.value = [];
                            message.value.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.type && message.type.length))
                                    message.type = [];
                                reader.int32s(message.type);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.type && message.type.length))
                                message.type = [];
                            message.type.push(reader.int32());
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

            return Attributes;
        })();

        /**
         * ValueType enum.
         * @name sonde.v1.ValueType
         * @enum {number}
         * @property {number} VALUE_TYPE_UNSPECIFIED=0 VALUE_TYPE_UNSPECIFIED value
         * @property {number} VALUE_TYPE_STRING=1 VALUE_TYPE_STRING value
         * @property {number} VALUE_TYPE_INT=2 VALUE_TYPE_INT value
         * @property {number} VALUE_TYPE_DOUBLE=3 VALUE_TYPE_DOUBLE value
         * @property {number} VALUE_TYPE_BOOL=4 VALUE_TYPE_BOOL value
         * @property {number} VALUE_TYPE_STRINGS=5 VALUE_TYPE_STRINGS value
         */
        v1.ValueType = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "VALUE_TYPE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "VALUE_TYPE_STRING"] = 1;
            values[valuesById[2] = "VALUE_TYPE_INT"] = 2;
            values[valuesById[3] = "VALUE_TYPE_DOUBLE"] = 3;
            values[valuesById[4] = "VALUE_TYPE_BOOL"] = 4;
            values[valuesById[5] = "VALUE_TYPE_STRINGS"] = 5;
            return values;
        })();

        v1.Batch = (function() {

            /**
             * Properties of a Batch.
             * @typedef {Object} sonde.v1.Batch.$Properties
             * @property {sonde.v1.Header.$Properties} [header] Batch header
             * @property {Array.<string>} [strings] Batch strings
             * @property {sonde.v1.Entities.$Properties} [entities] Batch entities
             * @property {sonde.v1.Spans.$Properties} [spans] Batch spans
             * @property {sonde.v1.Edges.$Properties} [edges] Batch edges
             * @property {sonde.v1.Red.$Properties} [red] Batch red
             * @property {sonde.v1.Logs.$Properties} [logs] Batch logs
             * @property {sonde.v1.Metrics.$Properties} [metrics] Batch metrics
             * @property {sonde.v1.Profiles.$Properties} [profiles] Batch profiles
             * @property {sonde.v1.Ledger.$Properties} [ledger] Batch ledger
             * @property {Array.<sonde.v1.ClockSample.$Properties>} [clocks] Batch clocks
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Batch.
             * @memberof sonde.v1
             * @interface IBatch
             * @augments sonde.v1.Batch.$Properties
             * @deprecated Use sonde.v1.Batch.$Properties instead.
             */

            /**
             * Shape of a Batch.
             * @typedef {sonde.v1.Batch.$Properties} sonde.v1.Batch.$Shape
             */

            /**
             * Constructs a new Batch.
             * @memberof sonde.v1
             * @classdesc Represents a Batch.
             * @constructor
             * @param {sonde.v1.Batch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Batch = function (properties) {
                this.strings = [];
                this.clocks = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Batch header.
             * @member {sonde.v1.Header} header
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.header = null;

            /**
             * Batch strings.
             * @member {Array.<string>} strings
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.strings = $util.emptyArray;

            /**
             * Batch entities.
             * @member {sonde.v1.Entities} entities
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.entities = null;

            /**
             * Batch spans.
             * @member {sonde.v1.Spans} spans
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.spans = null;

            /**
             * Batch edges.
             * @member {sonde.v1.Edges} edges
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.edges = null;

            /**
             * Batch red.
             * @member {sonde.v1.Red} red
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.red = null;

            /**
             * Batch logs.
             * @member {sonde.v1.Logs} logs
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.logs = null;

            /**
             * Batch metrics.
             * @member {sonde.v1.Metrics} metrics
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.metrics = null;

            /**
             * Batch profiles.
             * @member {sonde.v1.Profiles} profiles
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.profiles = null;

            /**
             * Batch ledger.
             * @member {sonde.v1.Ledger} ledger
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.ledger = null;

            /**
             * Batch clocks.
             * @member {Array.<sonde.v1.ClockSample>} clocks
             * @memberof sonde.v1.Batch
             * @instance
             */
            Batch.prototype.clocks = $util.emptyArray;

            /**
             * Encodes the specified Batch message. Does not implicitly {@link sonde.v1.Batch.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Batch
             * @static
             * @param {sonde.v1.Batch.$Properties} message Batch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Batch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.header != null && $Object.hasOwnProperty.call(message, "header"))
                    $root.sonde.v1.Header.encode(message.header, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.strings != null && message.strings.length)
                    for (let i = 0; i < message.strings.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.strings[i]);
                if (message.entities != null && $Object.hasOwnProperty.call(message, "entities"))
                    $root.sonde.v1.Entities.encode(message.entities, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.spans != null && $Object.hasOwnProperty.call(message, "spans"))
                    $root.sonde.v1.Spans.encode(message.spans, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.edges != null && $Object.hasOwnProperty.call(message, "edges"))
                    $root.sonde.v1.Edges.encode(message.edges, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.red != null && $Object.hasOwnProperty.call(message, "red"))
                    $root.sonde.v1.Red.encode(message.red, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.logs != null && $Object.hasOwnProperty.call(message, "logs"))
                    $root.sonde.v1.Logs.encode(message.logs, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.metrics != null && $Object.hasOwnProperty.call(message, "metrics"))
                    $root.sonde.v1.Metrics.encode(message.metrics, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.profiles != null && $Object.hasOwnProperty.call(message, "profiles"))
                    $root.sonde.v1.Profiles.encode(message.profiles, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.ledger != null && $Object.hasOwnProperty.call(message, "ledger"))
                    $root.sonde.v1.Ledger.encode(message.ledger, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.clocks != null && message.clocks.length)
                    for (let i = 0; i < message.clocks.length; ++i)
                        $root.sonde.v1.ClockSample.encode(message.clocks[i], writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Batch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Batch & sonde.v1.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Batch.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Batch();
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
                            message.header = $root.sonde.v1.Header.decode(reader, reader.size(), $undefined, _depth + 1, message.header);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.strings && message.strings.length))
                                message.strings = [];
                            message.strings.push(reader.stringVerify());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.entities = $root.sonde.v1.Entities.decode(reader, reader.size(), $undefined, _depth + 1, message.entities);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.spans = $root.sonde.v1.Spans.decode(reader, reader.size(), $undefined, _depth + 1, message.spans);
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.edges = $root.sonde.v1.Edges.decode(reader, reader.size(), $undefined, _depth + 1, message.edges);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.red = $root.sonde.v1.Red.decode(reader, reader.size(), $undefined, _depth + 1, message.red);
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.logs = $root.sonde.v1.Logs.decode(reader, reader.size(), $undefined, _depth + 1, message.logs);
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.metrics = $root.sonde.v1.Metrics.decode(reader, reader.size(), $undefined, _depth + 1, message.metrics);
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.profiles = $root.sonde.v1.Profiles.decode(reader, reader.size(), $undefined, _depth + 1, message.profiles);
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.ledger = $root.sonde.v1.Ledger.decode(reader, reader.size(), $undefined, _depth + 1, message.ledger);
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if (!(message.clocks && message.clocks.length))
                                message.clocks = [];
                            message.clocks.push($root.sonde.v1.ClockSample.decode(reader, reader.size(), $undefined, _depth + 1));
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

            return Batch;
        })();

        v1.Header = (function() {

            /**
             * Properties of a Header.
             * @typedef {Object} sonde.v1.Header.$Properties
             * @property {string} [agentId] Header agentId
             * @property {Long} [bootEpoch] Header bootEpoch
             * @property {Long} [sequence] Header sequence
             * @property {string} [node] Header node
             * @property {sonde.v1.Platform} [platform] Header platform
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Header.
             * @memberof sonde.v1
             * @interface IHeader
             * @augments sonde.v1.Header.$Properties
             * @deprecated Use sonde.v1.Header.$Properties instead.
             */

            /**
             * Shape of a Header.
             * @typedef {sonde.v1.Header.$Properties} sonde.v1.Header.$Shape
             */

            /**
             * Constructs a new Header.
             * @memberof sonde.v1
             * @classdesc Represents a Header.
             * @constructor
             * @param {sonde.v1.Header.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Header = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Header agentId.
             * @member {string} agentId
             * @memberof sonde.v1.Header
             * @instance
             */
            Header.prototype.agentId = "";

            /**
             * Header bootEpoch.
             * @member {Long} bootEpoch
             * @memberof sonde.v1.Header
             * @instance
             */
            Header.prototype.bootEpoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Header sequence.
             * @member {Long} sequence
             * @memberof sonde.v1.Header
             * @instance
             */
            Header.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Header node.
             * @member {string} node
             * @memberof sonde.v1.Header
             * @instance
             */
            Header.prototype.node = "";

            /**
             * Header platform.
             * @member {sonde.v1.Platform} platform
             * @memberof sonde.v1.Header
             * @instance
             */
            Header.prototype.platform = 0;

            /**
             * Encodes the specified Header message. Does not implicitly {@link sonde.v1.Header.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Header
             * @static
             * @param {sonde.v1.Header.$Properties} message Header message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Header.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.agentId != null && $Object.hasOwnProperty.call(message, "agentId") && message.agentId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.agentId);
                if (message.bootEpoch != null && $Object.hasOwnProperty.call(message, "bootEpoch") && (typeof message.bootEpoch === "object" ? message.bootEpoch.low || message.bootEpoch.high : message.bootEpoch !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.bootEpoch);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.sequence);
                if (message.node != null && $Object.hasOwnProperty.call(message, "node") && message.node !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.node);
                if (message.platform != null && $Object.hasOwnProperty.call(message, "platform") && message.platform !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).int32(message.platform);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Header message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Header
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Header & sonde.v1.Header.$Shape} Header
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Header.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Header();
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
                                message.agentId = value;
                            else
                                delete message.agentId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bootEpoch = value;
                            else
                                delete message.bootEpoch;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.node = value;
                            else
                                delete message.node;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.platform = value;
                            else
                                delete message.platform;
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

            return Header;
        })();

        /**
         * Platform enum.
         * @name sonde.v1.Platform
         * @enum {number}
         * @property {number} PLATFORM_UNSPECIFIED=0 PLATFORM_UNSPECIFIED value
         * @property {number} PLATFORM_SIMULATED=1 PLATFORM_SIMULATED value
         * @property {number} PLATFORM_LINUX=2 PLATFORM_LINUX value
         */
        v1.Platform = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "PLATFORM_UNSPECIFIED"] = 0;
            values[valuesById[1] = "PLATFORM_SIMULATED"] = 1;
            values[valuesById[2] = "PLATFORM_LINUX"] = 2;
            return values;
        })();

        v1.ClockSample = (function() {

            /**
             * Properties of a ClockSample.
             * @typedef {Object} sonde.v1.ClockSample.$Properties
             * @property {string} [bootId] ClockSample bootId
             * @property {Long} [monotonicNano] ClockSample monotonicNano
             * @property {Long} [unixNano] ClockSample unixNano
             * @property {Long} [answeredUnixNano] ClockSample answeredUnixNano
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ClockSample.
             * @memberof sonde.v1
             * @interface IClockSample
             * @augments sonde.v1.ClockSample.$Properties
             * @deprecated Use sonde.v1.ClockSample.$Properties instead.
             */

            /**
             * Shape of a ClockSample.
             * @typedef {sonde.v1.ClockSample.$Properties} sonde.v1.ClockSample.$Shape
             */

            /**
             * Constructs a new ClockSample.
             * @memberof sonde.v1
             * @classdesc Represents a ClockSample.
             * @constructor
             * @param {sonde.v1.ClockSample.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ClockSample = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ClockSample bootId.
             * @member {string} bootId
             * @memberof sonde.v1.ClockSample
             * @instance
             */
            ClockSample.prototype.bootId = "";

            /**
             * ClockSample monotonicNano.
             * @member {Long} monotonicNano
             * @memberof sonde.v1.ClockSample
             * @instance
             */
            ClockSample.prototype.monotonicNano = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ClockSample unixNano.
             * @member {Long} unixNano
             * @memberof sonde.v1.ClockSample
             * @instance
             */
            ClockSample.prototype.unixNano = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ClockSample answeredUnixNano.
             * @member {Long} answeredUnixNano
             * @memberof sonde.v1.ClockSample
             * @instance
             */
            ClockSample.prototype.answeredUnixNano = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified ClockSample message. Does not implicitly {@link sonde.v1.ClockSample.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.ClockSample
             * @static
             * @param {sonde.v1.ClockSample.$Properties} message ClockSample message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ClockSample.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId") && message.bootId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.bootId);
                if (message.monotonicNano != null && $Object.hasOwnProperty.call(message, "monotonicNano") && (typeof message.monotonicNano === "object" ? message.monotonicNano.low || message.monotonicNano.high : message.monotonicNano !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.monotonicNano);
                if (message.unixNano != null && $Object.hasOwnProperty.call(message, "unixNano") && (typeof message.unixNano === "object" ? message.unixNano.low || message.unixNano.high : message.unixNano !== 0))
                    writer.uint32(/* id 3, wireType 1 =*/25).fixed64(message.unixNano);
                if (message.answeredUnixNano != null && $Object.hasOwnProperty.call(message, "answeredUnixNano") && (typeof message.answeredUnixNano === "object" ? message.answeredUnixNano.low || message.answeredUnixNano.high : message.answeredUnixNano !== 0))
                    writer.uint32(/* id 4, wireType 1 =*/33).fixed64(message.answeredUnixNano);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ClockSample message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.ClockSample
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.ClockSample & sonde.v1.ClockSample.$Shape} ClockSample
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ClockSample.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.ClockSample();
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
                                message.bootId = value;
                            else
                                delete message.bootId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.monotonicNano = value;
                            else
                                delete message.monotonicNano;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 1)
                                break;
                            if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                                message.unixNano = value;
                            else
                                delete message.unixNano;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 1)
                                break;
                            if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                                message.answeredUnixNano = value;
                            else
                                delete message.answeredUnixNano;
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

            return ClockSample;
        })();

        v1.Edges = (function() {

            /**
             * Properties of an Edges.
             * @typedef {Object} sonde.v1.Edges.$Properties
             * @property {Array.<number>} [minute] Edges minute
             * @property {Array.<number>} [client] Edges client
             * @property {Array.<number>} [server] Edges server
             * @property {Array.<number>} [serverPort] Edges serverPort
             * @property {Array.<number>} [entity] Edges entity
             * @property {Array.<sonde.v1.EdgeSide>} [side] Edges side
             * @property {Array.<number>} [protocol] Edges protocol
             * @property {Array.<Long>} [connections] Edges connections
             * @property {Array.<Long>} [failedConnections] Edges failedConnections
             * @property {Array.<Long>} [requestBytes] Edges requestBytes
             * @property {Array.<Long>} [responseBytes] Edges responseBytes
             * @property {Array.<Long>} [requests] Edges requests
             * @property {Array.<Long>} [errors] Edges errors
             * @property {Array.<Long>} [durationSumNano] Edges durationSumNano
             * @property {sonde.v1.Histogram.$Properties} [durations] Edges durations
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Edges.
             * @memberof sonde.v1
             * @interface IEdges
             * @augments sonde.v1.Edges.$Properties
             * @deprecated Use sonde.v1.Edges.$Properties instead.
             */

            /**
             * Shape of an Edges.
             * @typedef {sonde.v1.Edges.$Properties} sonde.v1.Edges.$Shape
             */

            /**
             * Constructs a new Edges.
             * @memberof sonde.v1
             * @classdesc Represents an Edges.
             * @constructor
             * @param {sonde.v1.Edges.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Edges = function (properties) {
                this.minute = [];
                this.client = [];
                this.server = [];
                this.serverPort = [];
                this.entity = [];
                this.side = [];
                this.protocol = [];
                this.connections = [];
                this.failedConnections = [];
                this.requestBytes = [];
                this.responseBytes = [];
                this.requests = [];
                this.errors = [];
                this.durationSumNano = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Edges minute.
             * @member {Array.<number>} minute
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.minute = $util.emptyArray;

            /**
             * Edges client.
             * @member {Array.<number>} client
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.client = $util.emptyArray;

            /**
             * Edges server.
             * @member {Array.<number>} server
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.server = $util.emptyArray;

            /**
             * Edges serverPort.
             * @member {Array.<number>} serverPort
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.serverPort = $util.emptyArray;

            /**
             * Edges entity.
             * @member {Array.<number>} entity
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.entity = $util.emptyArray;

            /**
             * Edges side.
             * @member {Array.<sonde.v1.EdgeSide>} side
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.side = $util.emptyArray;

            /**
             * Edges protocol.
             * @member {Array.<number>} protocol
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.protocol = $util.emptyArray;

            /**
             * Edges connections.
             * @member {Array.<Long>} connections
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.connections = $util.emptyArray;

            /**
             * Edges failedConnections.
             * @member {Array.<Long>} failedConnections
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.failedConnections = $util.emptyArray;

            /**
             * Edges requestBytes.
             * @member {Array.<Long>} requestBytes
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.requestBytes = $util.emptyArray;

            /**
             * Edges responseBytes.
             * @member {Array.<Long>} responseBytes
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.responseBytes = $util.emptyArray;

            /**
             * Edges requests.
             * @member {Array.<Long>} requests
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.requests = $util.emptyArray;

            /**
             * Edges errors.
             * @member {Array.<Long>} errors
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.errors = $util.emptyArray;

            /**
             * Edges durationSumNano.
             * @member {Array.<Long>} durationSumNano
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.durationSumNano = $util.emptyArray;

            /**
             * Edges durations.
             * @member {sonde.v1.Histogram} durations
             * @memberof sonde.v1.Edges
             * @instance
             */
            Edges.prototype.durations = null;

            /**
             * Encodes the specified Edges message. Does not implicitly {@link sonde.v1.Edges.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Edges
             * @static
             * @param {sonde.v1.Edges.$Properties} message Edges message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Edges.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.minute != null && message.minute.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.minute);
                if (message.client != null && message.client.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.client);
                if (message.server != null && message.server.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.server);
                if (message.serverPort != null && message.serverPort.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint32s(message.serverPort);
                if (message.entity != null && message.entity.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint32s(message.entity);
                if (message.side != null && message.side.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).int32s(message.side);
                if (message.protocol != null && message.protocol.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).uint32s(message.protocol);
                if (message.connections != null && message.connections.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).uint64s(message.connections);
                if (message.failedConnections != null && message.failedConnections.length)
                    writer.uint32(/* id 9, wireType 2 =*/74).uint64s(message.failedConnections);
                if (message.requestBytes != null && message.requestBytes.length)
                    writer.uint32(/* id 10, wireType 2 =*/82).uint64s(message.requestBytes);
                if (message.responseBytes != null && message.responseBytes.length)
                    writer.uint32(/* id 11, wireType 2 =*/90).uint64s(message.responseBytes);
                if (message.requests != null && message.requests.length)
                    writer.uint32(/* id 12, wireType 2 =*/98).uint64s(message.requests);
                if (message.errors != null && message.errors.length)
                    writer.uint32(/* id 13, wireType 2 =*/106).uint64s(message.errors);
                if (message.durationSumNano != null && message.durationSumNano.length)
                    writer.uint32(/* id 14, wireType 2 =*/114).uint64s(message.durationSumNano);
                if (message.durations != null && $Object.hasOwnProperty.call(message, "durations"))
                    $root.sonde.v1.Histogram.encode(message.durations, writer.uint32(/* id 15, wireType 2 =*/122).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Edges message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Edges
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Edges & sonde.v1.Edges.$Shape} Edges
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Edges.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Edges();
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
                                if (!(message.minute && message.minute.length))
                                    message.minute = [];
                                reader.uint32s(message.minute);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.minute && message.minute.length))
                                message.minute = [];
                            message.minute.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.client && message.client.length))
                                    message.client = [];
                                reader.uint32s(message.client);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.client && message.client.length))
                                message.client = [];
                            message.client.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.server && message.server.length))
                                    message.server = [];
                                reader.uint32s(message.server);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.server && message.server.length))
                                message.server = [];
                            message.server.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.serverPort && message.serverPort.length))
                                    message.serverPort = [];
                                reader.uint32s(message.serverPort);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.serverPort && message.serverPort.length))
                                message.serverPort = [];
                            message.serverPort.push(reader.uint32());
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.entity && message.entity.length))
                                    message.entity = [];
                                reader.uint32s(message.entity);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.entity && message.entity.length))
                                message.entity = [];
                            message.entity.push(reader.uint32());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.side && message.side.length))
                                    message.side = [];
                                reader.int32s(message.side);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.side && message.side.length))
                                message.side = [];
                            message.side.push(reader.int32());
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.protocol && message.protocol.length))
                                    message.protocol = [];
                                reader.uint32s(message.protocol);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.protocol && message.protocol.length))
                                message.protocol = [];
                            message.protocol.push(reader.uint32());
                            continue;
                        }
                    case 8: {
                            if (wireType === 2) {
                                if (!(message.connections && message.connections.length))
                                    message.connections = [];
                                reader.uint64s(message.connections);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.connections && message.connections.length))
                                message.connections = [];
                            message.connections.push(reader.uint64());
                            continue;
                        }
                    case 9: {
                            if (wireType === 2) {
                                if (!(message.failedConnections && message.failedConnections.length))
                                    message.failedConnections = [];
                                reader.uint64s(message.failedConnections);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.failedConnections && message.failedConnections.length))
                                message.failedConnections = [];
                            message.failedConnections.push(reader.uint64());
                            continue;
                        }
                    case 10: {
                            if (wireType === 2) {
                                if (!(message.requestBytes && message.requestBytes.length))
                                    message.requestBytes = [];
                                reader.uint64s(message.requestBytes);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.requestBytes && message.requestBytes.length))
                                message.requestBytes = [];
                            message.requestBytes.push(reader.uint64());
                            continue;
                        }
                    case 11: {
                            if (wireType === 2) {
                                if (!(message.responseBytes && message.responseBytes.length))
                                    message.responseBytes = [];
                                reader.uint64s(message.responseBytes);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.responseBytes && message.responseBytes.length))
                                message.responseBytes = [];
                            message.responseBytes.push(reader.uint64());
                            continue;
                        }
                    case 12: {
                            if (wireType === 2) {
                                if (!(message.requests && message.requests.length))
                                    message.requests = [];
                                reader.uint64s(message.requests);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.requests && message.requests.length))
                                message.requests = [];
                            message.requests.push(reader.uint64());
                            continue;
                        }
                    case 13: {
                            if (wireType === 2) {
                                if (!(message.errors && message.errors.length))
                                    message.errors = [];
                                reader.uint64s(message.errors);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.errors && message.errors.length))
                                message.errors = [];
                            message.errors.push(reader.uint64());
                            continue;
                        }
                    case 14: {
                            if (wireType === 2) {
                                if (!(message.durationSumNano && message.durationSumNano.length))
                                    message.durationSumNano = [];
                                reader.uint64s(message.durationSumNano);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.durationSumNano && message.durationSumNano.length))
                                message.durationSumNano = [];
                            message.durationSumNano.push(reader.uint64());
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.durations = $root.sonde.v1.Histogram.decode(reader, reader.size(), $undefined, _depth + 1, message.durations);
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

            return Edges;
        })();

        /**
         * EdgeSide enum.
         * @name sonde.v1.EdgeSide
         * @enum {number}
         * @property {number} EDGE_SIDE_UNSPECIFIED=0 EDGE_SIDE_UNSPECIFIED value
         * @property {number} EDGE_SIDE_CLIENT=1 EDGE_SIDE_CLIENT value
         * @property {number} EDGE_SIDE_SERVER=2 EDGE_SIDE_SERVER value
         */
        v1.EdgeSide = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "EDGE_SIDE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "EDGE_SIDE_CLIENT"] = 1;
            values[valuesById[2] = "EDGE_SIDE_SERVER"] = 2;
            return values;
        })();

        v1.Histogram = (function() {

            /**
             * Properties of a Histogram.
             * @typedef {Object} sonde.v1.Histogram.$Properties
             * @property {Array.<number>} [count] Histogram count
             * @property {Array.<number>} [bucket] Histogram bucket
             * @property {Array.<Long>} [n] Histogram n
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Histogram.
             * @memberof sonde.v1
             * @interface IHistogram
             * @augments sonde.v1.Histogram.$Properties
             * @deprecated Use sonde.v1.Histogram.$Properties instead.
             */

            /**
             * Shape of a Histogram.
             * @typedef {sonde.v1.Histogram.$Properties} sonde.v1.Histogram.$Shape
             */

            /**
             * Constructs a new Histogram.
             * @memberof sonde.v1
             * @classdesc Represents a Histogram.
             * @constructor
             * @param {sonde.v1.Histogram.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Histogram = function (properties) {
                this.count = [];
                this.bucket = [];
                this.n = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Histogram count.
             * @member {Array.<number>} count
             * @memberof sonde.v1.Histogram
             * @instance
             */
            Histogram.prototype.count = $util.emptyArray;

            /**
             * Histogram bucket.
             * @member {Array.<number>} bucket
             * @memberof sonde.v1.Histogram
             * @instance
             */
            Histogram.prototype.bucket = $util.emptyArray;

            /**
             * Histogram n.
             * @member {Array.<Long>} n
             * @memberof sonde.v1.Histogram
             * @instance
             */
            Histogram.prototype.n = $util.emptyArray;

            /**
             * Encodes the specified Histogram message. Does not implicitly {@link sonde.v1.Histogram.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Histogram
             * @static
             * @param {sonde.v1.Histogram.$Properties} message Histogram message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Histogram.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.count != null && message.count.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.count);
                if (message.bucket != null && message.bucket.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.bucket);
                if (message.n != null && message.n.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint64s(message.n);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Histogram message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Histogram
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Histogram & sonde.v1.Histogram.$Shape} Histogram
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Histogram.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Histogram();
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
                                if (!(message.count && message.count.length))
                                    message.count = [];
                                reader.uint32s(message.count);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.count && message.count.length))
                                message.count = [];
                            message.count.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.bucket && message.bucket.length))
                                    message.bucket = [];
                                reader.uint32s(message.bucket);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.bucket && message.bucket.length))
                                message.bucket = [];
                            message.bucket.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.n && message.n.length))
                                    message.n = [];
                                reader.uint64s(message.n);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.n && message.n.length))
                                message.n = [];
                            message.n.push(reader.uint64());
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

            return Histogram;
        })();

        v1.Entities = (function() {

            /**
             * Properties of an Entities.
             * @typedef {Object} sonde.v1.Entities.$Properties
             * @property {Array.<number>} [id] Entities id
             * @property {Array.<sonde.v1.EntityKind>} [kind] Entities kind
             * @property {Array.<number>} [serviceName] Entities serviceName
             * @property {Array.<number>} [serviceNamespace] Entities serviceNamespace
             * @property {Array.<number>} [unnamed] Entities unnamed
             * @property {Array.<Long>} [validFromUnixNano] Entities validFromUnixNano
             * @property {sonde.v1.Attributes.$Properties} [attributes] Entities attributes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Entities.
             * @memberof sonde.v1
             * @interface IEntities
             * @augments sonde.v1.Entities.$Properties
             * @deprecated Use sonde.v1.Entities.$Properties instead.
             */

            /**
             * Shape of an Entities.
             * @typedef {sonde.v1.Entities.$Properties} sonde.v1.Entities.$Shape
             */

            /**
             * Constructs a new Entities.
             * @memberof sonde.v1
             * @classdesc Represents an Entities.
             * @constructor
             * @param {sonde.v1.Entities.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Entities = function (properties) {
                this.id = [];
                this.kind = [];
                this.serviceName = [];
                this.serviceNamespace = [];
                this.unnamed = [];
                this.validFromUnixNano = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Entities id.
             * @member {Array.<number>} id
             * @memberof sonde.v1.Entities
             * @instance
             */
            Entities.prototype.id = $util.emptyArray;

            /**
             * Entities kind.
             * @member {Array.<sonde.v1.EntityKind>} kind
             * @memberof sonde.v1.Entities
             * @instance
             */
            Entities.prototype.kind = $util.emptyArray;

            /**
             * Entities serviceName.
             * @member {Array.<number>} serviceName
             * @memberof sonde.v1.Entities
             * @instance
             */
            Entities.prototype.serviceName = $util.emptyArray;

            /**
             * Entities serviceNamespace.
             * @member {Array.<number>} serviceNamespace
             * @memberof sonde.v1.Entities
             * @instance
             */
            Entities.prototype.serviceNamespace = $util.emptyArray;

            /**
             * Entities unnamed.
             * @member {Array.<number>} unnamed
             * @memberof sonde.v1.Entities
             * @instance
             */
            Entities.prototype.unnamed = $util.emptyArray;

            /**
             * Entities validFromUnixNano.
             * @member {Array.<Long>} validFromUnixNano
             * @memberof sonde.v1.Entities
             * @instance
             */
            Entities.prototype.validFromUnixNano = $util.emptyArray;

            /**
             * Entities attributes.
             * @member {sonde.v1.Attributes} attributes
             * @memberof sonde.v1.Entities
             * @instance
             */
            Entities.prototype.attributes = null;

            /**
             * Encodes the specified Entities message. Does not implicitly {@link sonde.v1.Entities.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Entities
             * @static
             * @param {sonde.v1.Entities.$Properties} message Entities message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Entities.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && message.id.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.id);
                if (message.kind != null && message.kind.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).int32s(message.kind);
                if (message.serviceName != null && message.serviceName.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.serviceName);
                if (message.serviceNamespace != null && message.serviceNamespace.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint32s(message.serviceNamespace);
                if (message.unnamed != null && message.unnamed.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint32s(message.unnamed);
                if (message.validFromUnixNano != null && message.validFromUnixNano.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).fixed64s(message.validFromUnixNano);
                if (message.attributes != null && $Object.hasOwnProperty.call(message, "attributes"))
                    $root.sonde.v1.Attributes.encode(message.attributes, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Entities message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Entities
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Entities & sonde.v1.Entities.$Shape} Entities
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Entities.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Entities();
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
                                if (!(message.id && message.id.length))
                                    message.id = [];
                                reader.uint32s(message.id);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.id && message.id.length))
                                message.id = [];
                            message.id.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.kind && message.kind.length))
                                    message.kind = [];
                                reader.int32s(message.kind);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.kind && message.kind.length))
                                message.kind = [];
                            message.kind.push(reader.int32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.serviceName && message.serviceName.length))
                                    message.serviceName = [];
                                reader.uint32s(message.serviceName);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.serviceName && message.serviceName.length))
                                message.serviceName = [];
                            message.serviceName.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.serviceNamespace && message.serviceNamespace.length))
                                    message.serviceNamespace = [];
                                reader.uint32s(message.serviceNamespace);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.serviceNamespace && message.serviceNamespace.length))
                                message.serviceNamespace = [];
                            message.serviceNamespace.push(reader.uint32());
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.unnamed && message.unnamed.length))
                                    message.unnamed = [];
                                reader.uint32s(message.unnamed);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.unnamed && message.unnamed.length))
                                message.unnamed = [];
                            message.unnamed.push(reader.uint32());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.validFromUnixNano && message.validFromUnixNano.length))
                                    message.validFromUnixNano = [];
                                reader.fixed64s(message.validFromUnixNano);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.validFromUnixNano && message.validFromUnixNano.length))
                                message.validFromUnixNano = [];
                            message.validFromUnixNano.push(reader.fixed64());
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.attributes = $root.sonde.v1.Attributes.decode(reader, reader.size(), $undefined, _depth + 1, message.attributes);
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

            return Entities;
        })();

        /**
         * EntityKind enum.
         * @name sonde.v1.EntityKind
         * @enum {number}
         * @property {number} ENTITY_KIND_UNSPECIFIED=0 ENTITY_KIND_UNSPECIFIED value
         * @property {number} ENTITY_KIND_CONTAINER=1 ENTITY_KIND_CONTAINER value
         * @property {number} ENTITY_KIND_POD=2 ENTITY_KIND_POD value
         * @property {number} ENTITY_KIND_CGROUP=3 ENTITY_KIND_CGROUP value
         */
        v1.EntityKind = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "ENTITY_KIND_UNSPECIFIED"] = 0;
            values[valuesById[1] = "ENTITY_KIND_CONTAINER"] = 1;
            values[valuesById[2] = "ENTITY_KIND_POD"] = 2;
            values[valuesById[3] = "ENTITY_KIND_CGROUP"] = 3;
            return values;
        })();

        v1.Ledger = (function() {

            /**
             * Properties of a Ledger.
             * @typedef {Object} sonde.v1.Ledger.$Properties
             * @property {Array.<Long>} [timeUnixNano] Ledger timeUnixNano
             * @property {Array.<number>} [stage] Ledger stage
             * @property {Array.<number>} [unit] Ledger unit
             * @property {Array.<Long>} ["in"] Ledger in
             * @property {Array.<Long>} [out] Ledger out
             * @property {Array.<Long>} [held] Ledger held
             * @property {Array.<number>} [reasonCount] Ledger reasonCount
             * @property {Array.<number>} [reason] Ledger reason
             * @property {Array.<Long>} [dropped] Ledger dropped
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Ledger.
             * @memberof sonde.v1
             * @interface ILedger
             * @augments sonde.v1.Ledger.$Properties
             * @deprecated Use sonde.v1.Ledger.$Properties instead.
             */

            /**
             * Shape of a Ledger.
             * @typedef {sonde.v1.Ledger.$Properties} sonde.v1.Ledger.$Shape
             */

            /**
             * Constructs a new Ledger.
             * @memberof sonde.v1
             * @classdesc Represents a Ledger.
             * @constructor
             * @param {sonde.v1.Ledger.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Ledger = function (properties) {
                this.timeUnixNano = [];
                this.stage = [];
                this.unit = [];
                this["in"] = [];
                this.out = [];
                this.held = [];
                this.reasonCount = [];
                this.reason = [];
                this.dropped = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Ledger timeUnixNano.
             * @member {Array.<Long>} timeUnixNano
             * @memberof sonde.v1.Ledger
             * @instance
             */
            Ledger.prototype.timeUnixNano = $util.emptyArray;

            /**
             * Ledger stage.
             * @member {Array.<number>} stage
             * @memberof sonde.v1.Ledger
             * @instance
             */
            Ledger.prototype.stage = $util.emptyArray;

            /**
             * Ledger unit.
             * @member {Array.<number>} unit
             * @memberof sonde.v1.Ledger
             * @instance
             */
            Ledger.prototype.unit = $util.emptyArray;

            /**
             * Ledger in.
             * @member {Array.<Long>} in
             * @memberof sonde.v1.Ledger
             * @instance
             */
            Ledger.prototype["in"] = $util.emptyArray;

            /**
             * Ledger out.
             * @member {Array.<Long>} out
             * @memberof sonde.v1.Ledger
             * @instance
             */
            Ledger.prototype.out = $util.emptyArray;

            /**
             * Ledger held.
             * @member {Array.<Long>} held
             * @memberof sonde.v1.Ledger
             * @instance
             */
            Ledger.prototype.held = $util.emptyArray;

            /**
             * Ledger reasonCount.
             * @member {Array.<number>} reasonCount
             * @memberof sonde.v1.Ledger
             * @instance
             */
            Ledger.prototype.reasonCount = $util.emptyArray;

            /**
             * Ledger reason.
             * @member {Array.<number>} reason
             * @memberof sonde.v1.Ledger
             * @instance
             */
            Ledger.prototype.reason = $util.emptyArray;

            /**
             * Ledger dropped.
             * @member {Array.<Long>} dropped
             * @memberof sonde.v1.Ledger
             * @instance
             */
            Ledger.prototype.dropped = $util.emptyArray;

            /**
             * Encodes the specified Ledger message. Does not implicitly {@link sonde.v1.Ledger.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Ledger
             * @static
             * @param {sonde.v1.Ledger.$Properties} message Ledger message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Ledger.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.timeUnixNano != null && message.timeUnixNano.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).fixed64s(message.timeUnixNano);
                if (message.stage != null && message.stage.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.stage);
                if (message.unit != null && message.unit.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.unit);
                if (message["in"] != null && message["in"].length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint64s(message["in"]);
                if (message.out != null && message.out.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint64s(message.out);
                if (message.held != null && message.held.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).uint64s(message.held);
                if (message.reasonCount != null && message.reasonCount.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).uint32s(message.reasonCount);
                if (message.reason != null && message.reason.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).uint32s(message.reason);
                if (message.dropped != null && message.dropped.length)
                    writer.uint32(/* id 9, wireType 2 =*/74).uint64s(message.dropped);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Ledger message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Ledger
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Ledger & sonde.v1.Ledger.$Shape} Ledger
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Ledger.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Ledger();
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
                                if (!(message.timeUnixNano && message.timeUnixNano.length))
                                    message.timeUnixNano = [];
                                reader.fixed64s(message.timeUnixNano);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.timeUnixNano && message.timeUnixNano.length))
                                message.timeUnixNano = [];
                            message.timeUnixNano.push(reader.fixed64());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.stage && message.stage.length))
                                    message.stage = [];
                                reader.uint32s(message.stage);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.stage && message.stage.length))
                                message.stage = [];
                            message.stage.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.unit && message.unit.length))
                                    message.unit = [];
                                reader.uint32s(message.unit);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.unit && message.unit.length))
                                message.unit = [];
                            message.unit.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message["in"] && message["in"].length))
                                    message["in"] = [];
                                reader.uint64s(message["in"]);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message["in"] && message["in"].length))
                                message["in"] = [];
                            message["in"].push(reader.uint64());
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.out && message.out.length))
                                    message.out = [];
                                reader.uint64s(message.out);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.out && message.out.length))
                                message.out = [];
                            message.out.push(reader.uint64());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.held && message.held.length))
                                    message.held = [];
                                reader.uint64s(message.held);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.held && message.held.length))
                                message.held = [];
                            message.held.push(reader.uint64());
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.reasonCount && message.reasonCount.length))
                                    message.reasonCount = [];
                                reader.uint32s(message.reasonCount);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.reasonCount && message.reasonCount.length))
                                message.reasonCount = [];
                            message.reasonCount.push(reader.uint32());
                            continue;
                        }
                    case 8: {
                            if (wireType === 2) {
                                if (!(message.reason && message.reason.length))
                                    message.reason = [];
                                reader.uint32s(message.reason);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.reason && message.reason.length))
                                message.reason = [];
                            message.reason.push(reader.uint32());
                            continue;
                        }
                    case 9: {
                            if (wireType === 2) {
                                if (!(message.dropped && message.dropped.length))
                                    message.dropped = [];
                                reader.uint64s(message.dropped);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.dropped && message.dropped.length))
                                message.dropped = [];
                            message.dropped.push(reader.uint64());
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

            return Ledger;
        })();

        v1.Logs = (function() {

            /**
             * Properties of a Logs.
             * @typedef {Object} sonde.v1.Logs.$Properties
             * @property {Array.<Long>} [timeUnixNano] Logs timeUnixNano
             * @property {Uint8Array} [traceId] Logs traceId
             * @property {Uint8Array} [spanId] Logs spanId
             * @property {Array.<number>} [severity] Logs severity
             * @property {Array.<string>} [body] Logs body
             * @property {Array.<number>} [entity] Logs entity
             * @property {sonde.v1.Attributes.$Properties} [attributes] Logs attributes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Logs.
             * @memberof sonde.v1
             * @interface ILogs
             * @augments sonde.v1.Logs.$Properties
             * @deprecated Use sonde.v1.Logs.$Properties instead.
             */

            /**
             * Shape of a Logs.
             * @typedef {sonde.v1.Logs.$Properties} sonde.v1.Logs.$Shape
             */

            /**
             * Constructs a new Logs.
             * @memberof sonde.v1
             * @classdesc Represents a Logs.
             * @constructor
             * @param {sonde.v1.Logs.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Logs = function (properties) {
                this.timeUnixNano = [];
                this.severity = [];
                this.body = [];
                this.entity = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Logs timeUnixNano.
             * @member {Array.<Long>} timeUnixNano
             * @memberof sonde.v1.Logs
             * @instance
             */
            Logs.prototype.timeUnixNano = $util.emptyArray;

            /**
             * Logs traceId.
             * @member {Uint8Array} traceId
             * @memberof sonde.v1.Logs
             * @instance
             */
            Logs.prototype.traceId = $util.newBuffer([]);

            /**
             * Logs spanId.
             * @member {Uint8Array} spanId
             * @memberof sonde.v1.Logs
             * @instance
             */
            Logs.prototype.spanId = $util.newBuffer([]);

            /**
             * Logs severity.
             * @member {Array.<number>} severity
             * @memberof sonde.v1.Logs
             * @instance
             */
            Logs.prototype.severity = $util.emptyArray;

            /**
             * Logs body.
             * @member {Array.<string>} body
             * @memberof sonde.v1.Logs
             * @instance
             */
            Logs.prototype.body = $util.emptyArray;

            /**
             * Logs entity.
             * @member {Array.<number>} entity
             * @memberof sonde.v1.Logs
             * @instance
             */
            Logs.prototype.entity = $util.emptyArray;

            /**
             * Logs attributes.
             * @member {sonde.v1.Attributes} attributes
             * @memberof sonde.v1.Logs
             * @instance
             */
            Logs.prototype.attributes = null;

            /**
             * Encodes the specified Logs message. Does not implicitly {@link sonde.v1.Logs.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Logs
             * @static
             * @param {sonde.v1.Logs.$Properties} message Logs message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Logs.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.timeUnixNano != null && message.timeUnixNano.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).fixed64s(message.timeUnixNano);
                if (message.traceId != null && $Object.hasOwnProperty.call(message, "traceId") && message.traceId.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.traceId);
                if (message.spanId != null && $Object.hasOwnProperty.call(message, "spanId") && message.spanId.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.spanId);
                if (message.severity != null && message.severity.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint32s(message.severity);
                if (message.body != null && message.body.length)
                    for (let i = 0; i < message.body.length; ++i)
                        writer.uint32(/* id 5, wireType 2 =*/42).string(message.body[i]);
                if (message.entity != null && message.entity.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).uint32s(message.entity);
                if (message.attributes != null && $Object.hasOwnProperty.call(message, "attributes"))
                    $root.sonde.v1.Attributes.encode(message.attributes, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Logs message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Logs
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Logs & sonde.v1.Logs.$Shape} Logs
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Logs.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Logs();
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
                                if (!(message.timeUnixNano && message.timeUnixNano.length))
                                    message.timeUnixNano = [];
                                reader.fixed64s(message.timeUnixNano);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.timeUnixNano && message.timeUnixNano.length))
                                message.timeUnixNano = [];
                            message.timeUnixNano.push(reader.fixed64());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.traceId = value;
                            else
                                delete message.traceId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.spanId = value;
                            else
                                delete message.spanId;
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.severity && message.severity.length))
                                    message.severity = [];
                                reader.uint32s(message.severity);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.severity && message.severity.length))
                                message.severity = [];
                            message.severity.push(reader.uint32());
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.body && message.body.length))
                                message.body = [];
                            message.body.push(reader.stringVerify());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.entity && message.entity.length))
                                    message.entity = [];
                                reader.uint32s(message.entity);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.entity && message.entity.length))
                                message.entity = [];
                            message.entity.push(reader.uint32());
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.attributes = $root.sonde.v1.Attributes.decode(reader, reader.size(), $undefined, _depth + 1, message.attributes);
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

            return Logs;
        })();

        v1.Metrics = (function() {

            /**
             * Properties of a Metrics.
             * @typedef {Object} sonde.v1.Metrics.$Properties
             * @property {Array.<number>} [name] Metrics name
             * @property {Array.<number>} [unit] Metrics unit
             * @property {Array.<sonde.v1.MetricKind>} [kind] Metrics kind
             * @property {Array.<number>} [entity] Metrics entity
             * @property {Array.<Long>} [startUnixNano] Metrics startUnixNano
             * @property {Array.<Long>} [timeUnixNano] Metrics timeUnixNano
             * @property {Array.<number>} [value] Metrics value
             * @property {sonde.v1.Attributes.$Properties} [attributes] Metrics attributes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Metrics.
             * @memberof sonde.v1
             * @interface IMetrics
             * @augments sonde.v1.Metrics.$Properties
             * @deprecated Use sonde.v1.Metrics.$Properties instead.
             */

            /**
             * Shape of a Metrics.
             * @typedef {sonde.v1.Metrics.$Properties} sonde.v1.Metrics.$Shape
             */

            /**
             * Constructs a new Metrics.
             * @memberof sonde.v1
             * @classdesc Represents a Metrics.
             * @constructor
             * @param {sonde.v1.Metrics.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Metrics = function (properties) {
                this.name = [];
                this.unit = [];
                this.kind = [];
                this.entity = [];
                this.startUnixNano = [];
                this.timeUnixNano = [];
                this.value = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Metrics name.
             * @member {Array.<number>} name
             * @memberof sonde.v1.Metrics
             * @instance
             */
            Metrics.prototype.name = $util.emptyArray;

            /**
             * Metrics unit.
             * @member {Array.<number>} unit
             * @memberof sonde.v1.Metrics
             * @instance
             */
            Metrics.prototype.unit = $util.emptyArray;

            /**
             * Metrics kind.
             * @member {Array.<sonde.v1.MetricKind>} kind
             * @memberof sonde.v1.Metrics
             * @instance
             */
            Metrics.prototype.kind = $util.emptyArray;

            /**
             * Metrics entity.
             * @member {Array.<number>} entity
             * @memberof sonde.v1.Metrics
             * @instance
             */
            Metrics.prototype.entity = $util.emptyArray;

            /**
             * Metrics startUnixNano.
             * @member {Array.<Long>} startUnixNano
             * @memberof sonde.v1.Metrics
             * @instance
             */
            Metrics.prototype.startUnixNano = $util.emptyArray;

            /**
             * Metrics timeUnixNano.
             * @member {Array.<Long>} timeUnixNano
             * @memberof sonde.v1.Metrics
             * @instance
             */
            Metrics.prototype.timeUnixNano = $util.emptyArray;

            /**
             * Metrics value.
             * @member {Array.<number>} value
             * @memberof sonde.v1.Metrics
             * @instance
             */
            Metrics.prototype.value = $util.emptyArray;

            /**
             * Metrics attributes.
             * @member {sonde.v1.Attributes} attributes
             * @memberof sonde.v1.Metrics
             * @instance
             */
            Metrics.prototype.attributes = null;

            /**
             * Encodes the specified Metrics message. Does not implicitly {@link sonde.v1.Metrics.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Metrics
             * @static
             * @param {sonde.v1.Metrics.$Properties} message Metrics message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Metrics.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && message.name.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.name);
                if (message.unit != null && message.unit.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.unit);
                if (message.kind != null && message.kind.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).int32s(message.kind);
                if (message.entity != null && message.entity.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint32s(message.entity);
                if (message.startUnixNano != null && message.startUnixNano.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).fixed64s(message.startUnixNano);
                if (message.timeUnixNano != null && message.timeUnixNano.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).fixed64s(message.timeUnixNano);
                if (message.value != null && message.value.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).doubles(message.value);
                if (message.attributes != null && $Object.hasOwnProperty.call(message, "attributes"))
                    $root.sonde.v1.Attributes.encode(message.attributes, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Metrics message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Metrics
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Metrics & sonde.v1.Metrics.$Shape} Metrics
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Metrics.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Metrics();
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
                                if (!(message.name && message.name.length))
                                    message.name = [];
                                reader.uint32s(message.name);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.name && message.name.length))
                                message.name = [];
                            message.name.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.unit && message.unit.length))
                                    message.unit = [];
                                reader.uint32s(message.unit);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.unit && message.unit.length))
                                message.unit = [];
                            message.unit.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.kind && message.kind.length))
                                    message.kind = [];
                                reader.int32s(message.kind);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.kind && message.kind.length))
                                message.kind = [];
                            message.kind.push(reader.int32());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.entity && message.entity.length))
                                    message.entity = [];
                                reader.uint32s(message.entity);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.entity && message.entity.length))
                                message.entity = [];
                            message.entity.push(reader.uint32());
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.startUnixNano && message.startUnixNano.length))
                                    message.startUnixNano = [];
                                reader.fixed64s(message.startUnixNano);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.startUnixNano && message.startUnixNano.length))
                                message.startUnixNano = [];
                            message.startUnixNano.push(reader.fixed64());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.timeUnixNano && message.timeUnixNano.length))
                                    message.timeUnixNano = [];
                                reader.fixed64s(message.timeUnixNano);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.timeUnixNano && message.timeUnixNano.length))
                                message.timeUnixNano = [];
                            message.timeUnixNano.push(reader.fixed64());
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.value && message.value.length))
                                    message.value = [];
                                reader.doubles(message.value);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.value && message.value.length))
                                message.value = [];
                            message.value.push(reader.double());
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.attributes = $root.sonde.v1.Attributes.decode(reader, reader.size(), $undefined, _depth + 1, message.attributes);
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

            return Metrics;
        })();

        /**
         * MetricKind enum.
         * @name sonde.v1.MetricKind
         * @enum {number}
         * @property {number} METRIC_KIND_UNSPECIFIED=0 METRIC_KIND_UNSPECIFIED value
         * @property {number} METRIC_KIND_GAUGE=1 METRIC_KIND_GAUGE value
         * @property {number} METRIC_KIND_DELTA_SUM=2 METRIC_KIND_DELTA_SUM value
         * @property {number} METRIC_KIND_CUMULATIVE_SUM=3 METRIC_KIND_CUMULATIVE_SUM value
         */
        v1.MetricKind = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "METRIC_KIND_UNSPECIFIED"] = 0;
            values[valuesById[1] = "METRIC_KIND_GAUGE"] = 1;
            values[valuesById[2] = "METRIC_KIND_DELTA_SUM"] = 2;
            values[valuesById[3] = "METRIC_KIND_CUMULATIVE_SUM"] = 3;
            return values;
        })();

        v1.Profiles = (function() {

            /**
             * Properties of a Profiles.
             * @typedef {Object} sonde.v1.Profiles.$Properties
             * @property {Array.<number>} [type] Profiles type
             * @property {Array.<number>} [unit] Profiles unit
             * @property {Array.<number>} [entity] Profiles entity
             * @property {Array.<Long>} [startUnixNano] Profiles startUnixNano
             * @property {Array.<Long>} [durationNano] Profiles durationNano
             * @property {Array.<Long>} [value] Profiles value
             * @property {Array.<number>} [frameCount] Profiles frameCount
             * @property {Array.<number>} [frame] Profiles frame
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Profiles.
             * @memberof sonde.v1
             * @interface IProfiles
             * @augments sonde.v1.Profiles.$Properties
             * @deprecated Use sonde.v1.Profiles.$Properties instead.
             */

            /**
             * Shape of a Profiles.
             * @typedef {sonde.v1.Profiles.$Properties} sonde.v1.Profiles.$Shape
             */

            /**
             * Constructs a new Profiles.
             * @memberof sonde.v1
             * @classdesc Represents a Profiles.
             * @constructor
             * @param {sonde.v1.Profiles.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Profiles = function (properties) {
                this.type = [];
                this.unit = [];
                this.entity = [];
                this.startUnixNano = [];
                this.durationNano = [];
                this.value = [];
                this.frameCount = [];
                this.frame = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Profiles type.
             * @member {Array.<number>} type
             * @memberof sonde.v1.Profiles
             * @instance
             */
            Profiles.prototype.type = $util.emptyArray;

            /**
             * Profiles unit.
             * @member {Array.<number>} unit
             * @memberof sonde.v1.Profiles
             * @instance
             */
            Profiles.prototype.unit = $util.emptyArray;

            /**
             * Profiles entity.
             * @member {Array.<number>} entity
             * @memberof sonde.v1.Profiles
             * @instance
             */
            Profiles.prototype.entity = $util.emptyArray;

            /**
             * Profiles startUnixNano.
             * @member {Array.<Long>} startUnixNano
             * @memberof sonde.v1.Profiles
             * @instance
             */
            Profiles.prototype.startUnixNano = $util.emptyArray;

            /**
             * Profiles durationNano.
             * @member {Array.<Long>} durationNano
             * @memberof sonde.v1.Profiles
             * @instance
             */
            Profiles.prototype.durationNano = $util.emptyArray;

            /**
             * Profiles value.
             * @member {Array.<Long>} value
             * @memberof sonde.v1.Profiles
             * @instance
             */
            Profiles.prototype.value = $util.emptyArray;

            /**
             * Profiles frameCount.
             * @member {Array.<number>} frameCount
             * @memberof sonde.v1.Profiles
             * @instance
             */
            Profiles.prototype.frameCount = $util.emptyArray;

            /**
             * Profiles frame.
             * @member {Array.<number>} frame
             * @memberof sonde.v1.Profiles
             * @instance
             */
            Profiles.prototype.frame = $util.emptyArray;

            /**
             * Encodes the specified Profiles message. Does not implicitly {@link sonde.v1.Profiles.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Profiles
             * @static
             * @param {sonde.v1.Profiles.$Properties} message Profiles message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Profiles.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.type != null && message.type.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.type);
                if (message.unit != null && message.unit.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.unit);
                if (message.entity != null && message.entity.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.entity);
                if (message.startUnixNano != null && message.startUnixNano.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).fixed64s(message.startUnixNano);
                if (message.durationNano != null && message.durationNano.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint64s(message.durationNano);
                if (message.value != null && message.value.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).uint64s(message.value);
                if (message.frameCount != null && message.frameCount.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).uint32s(message.frameCount);
                if (message.frame != null && message.frame.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).uint32s(message.frame);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Profiles message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Profiles
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Profiles & sonde.v1.Profiles.$Shape} Profiles
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Profiles.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Profiles();
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
                                if (!(message.type && message.type.length))
                                    message.type = [];
                                reader.uint32s(message.type);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.type && message.type.length))
                                message.type = [];
                            message.type.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.unit && message.unit.length))
                                    message.unit = [];
                                reader.uint32s(message.unit);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.unit && message.unit.length))
                                message.unit = [];
                            message.unit.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.entity && message.entity.length))
                                    message.entity = [];
                                reader.uint32s(message.entity);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.entity && message.entity.length))
                                message.entity = [];
                            message.entity.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.startUnixNano && message.startUnixNano.length))
                                    message.startUnixNano = [];
                                reader.fixed64s(message.startUnixNano);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.startUnixNano && message.startUnixNano.length))
                                message.startUnixNano = [];
                            message.startUnixNano.push(reader.fixed64());
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.durationNano && message.durationNano.length))
                                    message.durationNano = [];
                                reader.uint64s(message.durationNano);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.durationNano && message.durationNano.length))
                                message.durationNano = [];
                            message.durationNano.push(reader.uint64());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.value && message.value.length))
                                    message.value = [];
                                reader.uint64s(message.value);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.value && message.value.length))
                                message.value = [];
                            message.value.push(reader.uint64());
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.frameCount && message.frameCount.length))
                                    message.frameCount = [];
                                reader.uint32s(message.frameCount);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.frameCount && message.frameCount.length))
                                message.frameCount = [];
                            message.frameCount.push(reader.uint32());
                            continue;
                        }
                    case 8: {
                            if (wireType === 2) {
                                if (!(message.frame && message.frame.length))
                                    message.frame = [];
                                reader.uint32s(message.frame);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.frame && message.frame.length))
                                message.frame = [];
                            message.frame.push(reader.uint32());
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

            return Profiles;
        })();

        v1.Red = (function() {

            /**
             * Properties of a Red.
             * @typedef {Object} sonde.v1.Red.$Properties
             * @property {Array.<number>} [minute] Red minute
             * @property {Array.<number>} [entity] Red entity
             * @property {Array.<number>} [name] Red name
             * @property {Array.<sonde.v1.SpanKind>} [kind] Red kind
             * @property {Array.<number>} [protocol] Red protocol
             * @property {Array.<Long>} [requests] Red requests
             * @property {Array.<Long>} [errors] Red errors
             * @property {Array.<Long>} [durationSumNano] Red durationSumNano
             * @property {sonde.v1.Histogram.$Properties} [durations] Red durations
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Red.
             * @memberof sonde.v1
             * @interface IRed
             * @augments sonde.v1.Red.$Properties
             * @deprecated Use sonde.v1.Red.$Properties instead.
             */

            /**
             * Shape of a Red.
             * @typedef {sonde.v1.Red.$Properties} sonde.v1.Red.$Shape
             */

            /**
             * Constructs a new Red.
             * @memberof sonde.v1
             * @classdesc Represents a Red.
             * @constructor
             * @param {sonde.v1.Red.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Red = function (properties) {
                this.minute = [];
                this.entity = [];
                this.name = [];
                this.kind = [];
                this.protocol = [];
                this.requests = [];
                this.errors = [];
                this.durationSumNano = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Red minute.
             * @member {Array.<number>} minute
             * @memberof sonde.v1.Red
             * @instance
             */
            Red.prototype.minute = $util.emptyArray;

            /**
             * Red entity.
             * @member {Array.<number>} entity
             * @memberof sonde.v1.Red
             * @instance
             */
            Red.prototype.entity = $util.emptyArray;

            /**
             * Red name.
             * @member {Array.<number>} name
             * @memberof sonde.v1.Red
             * @instance
             */
            Red.prototype.name = $util.emptyArray;

            /**
             * Red kind.
             * @member {Array.<sonde.v1.SpanKind>} kind
             * @memberof sonde.v1.Red
             * @instance
             */
            Red.prototype.kind = $util.emptyArray;

            /**
             * Red protocol.
             * @member {Array.<number>} protocol
             * @memberof sonde.v1.Red
             * @instance
             */
            Red.prototype.protocol = $util.emptyArray;

            /**
             * Red requests.
             * @member {Array.<Long>} requests
             * @memberof sonde.v1.Red
             * @instance
             */
            Red.prototype.requests = $util.emptyArray;

            /**
             * Red errors.
             * @member {Array.<Long>} errors
             * @memberof sonde.v1.Red
             * @instance
             */
            Red.prototype.errors = $util.emptyArray;

            /**
             * Red durationSumNano.
             * @member {Array.<Long>} durationSumNano
             * @memberof sonde.v1.Red
             * @instance
             */
            Red.prototype.durationSumNano = $util.emptyArray;

            /**
             * Red durations.
             * @member {sonde.v1.Histogram} durations
             * @memberof sonde.v1.Red
             * @instance
             */
            Red.prototype.durations = null;

            /**
             * Encodes the specified Red message. Does not implicitly {@link sonde.v1.Red.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Red
             * @static
             * @param {sonde.v1.Red.$Properties} message Red message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Red.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.minute != null && message.minute.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.minute);
                if (message.entity != null && message.entity.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.entity);
                if (message.name != null && message.name.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.name);
                if (message.kind != null && message.kind.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).int32s(message.kind);
                if (message.protocol != null && message.protocol.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint32s(message.protocol);
                if (message.requests != null && message.requests.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).uint64s(message.requests);
                if (message.errors != null && message.errors.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).uint64s(message.errors);
                if (message.durationSumNano != null && message.durationSumNano.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).uint64s(message.durationSumNano);
                if (message.durations != null && $Object.hasOwnProperty.call(message, "durations"))
                    $root.sonde.v1.Histogram.encode(message.durations, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Red message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Red
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Red & sonde.v1.Red.$Shape} Red
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Red.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Red();
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
                                if (!(message.minute && message.minute.length))
                                    message.minute = [];
                                reader.uint32s(message.minute);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.minute && message.minute.length))
                                message.minute = [];
                            message.minute.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.entity && message.entity.length))
                                    message.entity = [];
                                reader.uint32s(message.entity);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.entity && message.entity.length))
                                message.entity = [];
                            message.entity.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.name && message.name.length))
                                    message.name = [];
                                reader.uint32s(message.name);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.name && message.name.length))
                                message.name = [];
                            message.name.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.kind && message.kind.length))
                                    message.kind = [];
                                reader.int32s(message.kind);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.kind && message.kind.length))
                                message.kind = [];
                            message.kind.push(reader.int32());
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.protocol && message.protocol.length))
                                    message.protocol = [];
                                reader.uint32s(message.protocol);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.protocol && message.protocol.length))
                                message.protocol = [];
                            message.protocol.push(reader.uint32());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.requests && message.requests.length))
                                    message.requests = [];
                                reader.uint64s(message.requests);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.requests && message.requests.length))
                                message.requests = [];
                            message.requests.push(reader.uint64());
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.errors && message.errors.length))
                                    message.errors = [];
                                reader.uint64s(message.errors);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.errors && message.errors.length))
                                message.errors = [];
                            message.errors.push(reader.uint64());
                            continue;
                        }
                    case 8: {
                            if (wireType === 2) {
                                if (!(message.durationSumNano && message.durationSumNano.length))
                                    message.durationSumNano = [];
                                reader.uint64s(message.durationSumNano);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.durationSumNano && message.durationSumNano.length))
                                message.durationSumNano = [];
                            message.durationSumNano.push(reader.uint64());
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.durations = $root.sonde.v1.Histogram.decode(reader, reader.size(), $undefined, _depth + 1, message.durations);
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

            return Red;
        })();

        v1.Spans = (function() {

            /**
             * Properties of a Spans.
             * @typedef {Object} sonde.v1.Spans.$Properties
             * @property {Uint8Array} [traceId] Spans traceId
             * @property {Uint8Array} [spanId] Spans spanId
             * @property {Uint8Array} [parentSpanId] Spans parentSpanId
             * @property {Array.<Long>} [startUnixNano] Spans startUnixNano
             * @property {Array.<Long>} [durationNano] Spans durationNano
             * @property {Array.<number>} [name] Spans name
             * @property {Array.<sonde.v1.SpanKind>} [kind] Spans kind
             * @property {Array.<sonde.v1.StatusCode>} [status] Spans status
             * @property {Array.<number>} [protocol] Spans protocol
             * @property {Array.<number>} [entity] Spans entity
             * @property {Array.<number>} [peerService] Spans peerService
             * @property {Array.<number>} [clientAddress] Spans clientAddress
             * @property {Array.<number>} [clientPort] Spans clientPort
             * @property {Array.<number>} [serverAddress] Spans serverAddress
             * @property {Array.<number>} [serverPort] Spans serverPort
             * @property {Array.<number>} [requestPosition] Spans requestPosition
             * @property {Array.<Long>} [requestBytes] Spans requestBytes
             * @property {Array.<number>} [responsePosition] Spans responsePosition
             * @property {Array.<Long>} [responseBytes] Spans responseBytes
             * @property {sonde.v1.Attributes.$Properties} [attributes] Spans attributes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Spans.
             * @memberof sonde.v1
             * @interface ISpans
             * @augments sonde.v1.Spans.$Properties
             * @deprecated Use sonde.v1.Spans.$Properties instead.
             */

            /**
             * Shape of a Spans.
             * @typedef {sonde.v1.Spans.$Properties} sonde.v1.Spans.$Shape
             */

            /**
             * Constructs a new Spans.
             * @memberof sonde.v1
             * @classdesc Represents a Spans.
             * @constructor
             * @param {sonde.v1.Spans.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Spans = function (properties) {
                this.startUnixNano = [];
                this.durationNano = [];
                this.name = [];
                this.kind = [];
                this.status = [];
                this.protocol = [];
                this.entity = [];
                this.peerService = [];
                this.clientAddress = [];
                this.clientPort = [];
                this.serverAddress = [];
                this.serverPort = [];
                this.requestPosition = [];
                this.requestBytes = [];
                this.responsePosition = [];
                this.responseBytes = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Spans traceId.
             * @member {Uint8Array} traceId
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.traceId = $util.newBuffer([]);

            /**
             * Spans spanId.
             * @member {Uint8Array} spanId
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.spanId = $util.newBuffer([]);

            /**
             * Spans parentSpanId.
             * @member {Uint8Array} parentSpanId
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.parentSpanId = $util.newBuffer([]);

            /**
             * Spans startUnixNano.
             * @member {Array.<Long>} startUnixNano
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.startUnixNano = $util.emptyArray;

            /**
             * Spans durationNano.
             * @member {Array.<Long>} durationNano
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.durationNano = $util.emptyArray;

            /**
             * Spans name.
             * @member {Array.<number>} name
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.name = $util.emptyArray;

            /**
             * Spans kind.
             * @member {Array.<sonde.v1.SpanKind>} kind
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.kind = $util.emptyArray;

            /**
             * Spans status.
             * @member {Array.<sonde.v1.StatusCode>} status
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.status = $util.emptyArray;

            /**
             * Spans protocol.
             * @member {Array.<number>} protocol
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.protocol = $util.emptyArray;

            /**
             * Spans entity.
             * @member {Array.<number>} entity
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.entity = $util.emptyArray;

            /**
             * Spans peerService.
             * @member {Array.<number>} peerService
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.peerService = $util.emptyArray;

            /**
             * Spans clientAddress.
             * @member {Array.<number>} clientAddress
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.clientAddress = $util.emptyArray;

            /**
             * Spans clientPort.
             * @member {Array.<number>} clientPort
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.clientPort = $util.emptyArray;

            /**
             * Spans serverAddress.
             * @member {Array.<number>} serverAddress
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.serverAddress = $util.emptyArray;

            /**
             * Spans serverPort.
             * @member {Array.<number>} serverPort
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.serverPort = $util.emptyArray;

            /**
             * Spans requestPosition.
             * @member {Array.<number>} requestPosition
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.requestPosition = $util.emptyArray;

            /**
             * Spans requestBytes.
             * @member {Array.<Long>} requestBytes
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.requestBytes = $util.emptyArray;

            /**
             * Spans responsePosition.
             * @member {Array.<number>} responsePosition
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.responsePosition = $util.emptyArray;

            /**
             * Spans responseBytes.
             * @member {Array.<Long>} responseBytes
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.responseBytes = $util.emptyArray;

            /**
             * Spans attributes.
             * @member {sonde.v1.Attributes} attributes
             * @memberof sonde.v1.Spans
             * @instance
             */
            Spans.prototype.attributes = null;

            /**
             * Encodes the specified Spans message. Does not implicitly {@link sonde.v1.Spans.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Spans
             * @static
             * @param {sonde.v1.Spans.$Properties} message Spans message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Spans.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.traceId != null && $Object.hasOwnProperty.call(message, "traceId") && message.traceId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.traceId);
                if (message.spanId != null && $Object.hasOwnProperty.call(message, "spanId") && message.spanId.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.spanId);
                if (message.parentSpanId != null && $Object.hasOwnProperty.call(message, "parentSpanId") && message.parentSpanId.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.parentSpanId);
                if (message.startUnixNano != null && message.startUnixNano.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).fixed64s(message.startUnixNano);
                if (message.durationNano != null && message.durationNano.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint64s(message.durationNano);
                if (message.name != null && message.name.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).uint32s(message.name);
                if (message.kind != null && message.kind.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).int32s(message.kind);
                if (message.status != null && message.status.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).int32s(message.status);
                if (message.protocol != null && message.protocol.length)
                    writer.uint32(/* id 9, wireType 2 =*/74).uint32s(message.protocol);
                if (message.entity != null && message.entity.length)
                    writer.uint32(/* id 10, wireType 2 =*/82).uint32s(message.entity);
                if (message.peerService != null && message.peerService.length)
                    writer.uint32(/* id 11, wireType 2 =*/90).uint32s(message.peerService);
                if (message.clientAddress != null && message.clientAddress.length)
                    writer.uint32(/* id 12, wireType 2 =*/98).uint32s(message.clientAddress);
                if (message.clientPort != null && message.clientPort.length)
                    writer.uint32(/* id 13, wireType 2 =*/106).uint32s(message.clientPort);
                if (message.serverAddress != null && message.serverAddress.length)
                    writer.uint32(/* id 14, wireType 2 =*/114).uint32s(message.serverAddress);
                if (message.serverPort != null && message.serverPort.length)
                    writer.uint32(/* id 15, wireType 2 =*/122).uint32s(message.serverPort);
                if (message.requestPosition != null && message.requestPosition.length)
                    writer.uint32(/* id 16, wireType 2 =*/130).fixed32s(message.requestPosition);
                if (message.requestBytes != null && message.requestBytes.length)
                    writer.uint32(/* id 17, wireType 2 =*/138).uint64s(message.requestBytes);
                if (message.responsePosition != null && message.responsePosition.length)
                    writer.uint32(/* id 18, wireType 2 =*/146).fixed32s(message.responsePosition);
                if (message.responseBytes != null && message.responseBytes.length)
                    writer.uint32(/* id 19, wireType 2 =*/154).uint64s(message.responseBytes);
                if (message.attributes != null && $Object.hasOwnProperty.call(message, "attributes"))
                    $root.sonde.v1.Attributes.encode(message.attributes, writer.uint32(/* id 20, wireType 2 =*/162).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Spans message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Spans
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Spans & sonde.v1.Spans.$Shape} Spans
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Spans.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Spans();
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
                                message.traceId = value;
                            else
                                delete message.traceId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.spanId = value;
                            else
                                delete message.spanId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.parentSpanId = value;
                            else
                                delete message.parentSpanId;
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.startUnixNano && message.startUnixNano.length))
                                    message.startUnixNano = [];
                                reader.fixed64s(message.startUnixNano);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.startUnixNano && message.startUnixNano.length))
                                message.startUnixNano = [];
                            message.startUnixNano.push(reader.fixed64());
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.durationNano && message.durationNano.length))
                                    message.durationNano = [];
                                reader.uint64s(message.durationNano);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.durationNano && message.durationNano.length))
                                message.durationNano = [];
                            message.durationNano.push(reader.uint64());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.name && message.name.length))
                                    message.name = [];
                                reader.uint32s(message.name);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.name && message.name.length))
                                message.name = [];
                            message.name.push(reader.uint32());
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.kind && message.kind.length))
                                    message.kind = [];
                                reader.int32s(message.kind);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.kind && message.kind.length))
                                message.kind = [];
                            message.kind.push(reader.int32());
                            continue;
                        }
                    case 8: {
                            if (wireType === 2) {
                                if (!(message.status && message.status.length))
                                    message.status = [];
                                reader.int32s(message.status);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.status && message.status.length))
                                message.status = [];
                            message.status.push(reader.int32());
                            continue;
                        }
                    case 9: {
                            if (wireType === 2) {
                                if (!(message.protocol && message.protocol.length))
                                    message.protocol = [];
                                reader.uint32s(message.protocol);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.protocol && message.protocol.length))
                                message.protocol = [];
                            message.protocol.push(reader.uint32());
                            continue;
                        }
                    case 10: {
                            if (wireType === 2) {
                                if (!(message.entity && message.entity.length))
                                    message.entity = [];
                                reader.uint32s(message.entity);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.entity && message.entity.length))
                                message.entity = [];
                            message.entity.push(reader.uint32());
                            continue;
                        }
                    case 11: {
                            if (wireType === 2) {
                                if (!(message.peerService && message.peerService.length))
                                    message.peerService = [];
                                reader.uint32s(message.peerService);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.peerService && message.peerService.length))
                                message.peerService = [];
                            message.peerService.push(reader.uint32());
                            continue;
                        }
                    case 12: {
                            if (wireType === 2) {
                                if (!(message.clientAddress && message.clientAddress.length))
                                    message.clientAddress = [];
                                reader.uint32s(message.clientAddress);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.clientAddress && message.clientAddress.length))
                                message.clientAddress = [];
                            message.clientAddress.push(reader.uint32());
                            continue;
                        }
                    case 13: {
                            if (wireType === 2) {
                                if (!(message.clientPort && message.clientPort.length))
                                    message.clientPort = [];
                                reader.uint32s(message.clientPort);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.clientPort && message.clientPort.length))
                                message.clientPort = [];
                            message.clientPort.push(reader.uint32());
                            continue;
                        }
                    case 14: {
                            if (wireType === 2) {
                                if (!(message.serverAddress && message.serverAddress.length))
                                    message.serverAddress = [];
                                reader.uint32s(message.serverAddress);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.serverAddress && message.serverAddress.length))
                                message.serverAddress = [];
                            message.serverAddress.push(reader.uint32());
                            continue;
                        }
                    case 15: {
                            if (wireType === 2) {
                                if (!(message.serverPort && message.serverPort.length))
                                    message.serverPort = [];
                                reader.uint32s(message.serverPort);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.serverPort && message.serverPort.length))
                                message.serverPort = [];
                            message.serverPort.push(reader.uint32());
                            continue;
                        }
                    case 16: {
                            if (wireType === 2) {
                                if (!(message.requestPosition && message.requestPosition.length))
                                    message.requestPosition = [];
                                reader.fixed32s(message.requestPosition);
                                continue;
                            }
                            if (wireType !== 5)
                                break;
                            if (!(message.requestPosition && message.requestPosition.length))
                                message.requestPosition = [];
                            message.requestPosition.push(reader.fixed32());
                            continue;
                        }
                    case 17: {
                            if (wireType === 2) {
                                if (!(message.requestBytes && message.requestBytes.length))
                                    message.requestBytes = [];
                                reader.uint64s(message.requestBytes);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.requestBytes && message.requestBytes.length))
                                message.requestBytes = [];
                            message.requestBytes.push(reader.uint64());
                            continue;
                        }
                    case 18: {
                            if (wireType === 2) {
                                if (!(message.responsePosition && message.responsePosition.length))
                                    message.responsePosition = [];
                                reader.fixed32s(message.responsePosition);
                                continue;
                            }
                            if (wireType !== 5)
                                break;
                            if (!(message.responsePosition && message.responsePosition.length))
                                message.responsePosition = [];
                            message.responsePosition.push(reader.fixed32());
                            continue;
                        }
                    case 19: {
                            if (wireType === 2) {
                                if (!(message.responseBytes && message.responseBytes.length))
                                    message.responseBytes = [];
                                reader.uint64s(message.responseBytes);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.responseBytes && message.responseBytes.length))
                                message.responseBytes = [];
                            message.responseBytes.push(reader.uint64());
                            continue;
                        }
                    case 20: {
                            if (wireType !== 2)
                                break;
                            message.attributes = $root.sonde.v1.Attributes.decode(reader, reader.size(), $undefined, _depth + 1, message.attributes);
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

            return Spans;
        })();

        /**
         * SpanKind enum.
         * @name sonde.v1.SpanKind
         * @enum {number}
         * @property {number} SPAN_KIND_UNSPECIFIED=0 SPAN_KIND_UNSPECIFIED value
         * @property {number} SPAN_KIND_INTERNAL=1 SPAN_KIND_INTERNAL value
         * @property {number} SPAN_KIND_SERVER=2 SPAN_KIND_SERVER value
         * @property {number} SPAN_KIND_CLIENT=3 SPAN_KIND_CLIENT value
         * @property {number} SPAN_KIND_PRODUCER=4 SPAN_KIND_PRODUCER value
         * @property {number} SPAN_KIND_CONSUMER=5 SPAN_KIND_CONSUMER value
         */
        v1.SpanKind = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SPAN_KIND_UNSPECIFIED"] = 0;
            values[valuesById[1] = "SPAN_KIND_INTERNAL"] = 1;
            values[valuesById[2] = "SPAN_KIND_SERVER"] = 2;
            values[valuesById[3] = "SPAN_KIND_CLIENT"] = 3;
            values[valuesById[4] = "SPAN_KIND_PRODUCER"] = 4;
            values[valuesById[5] = "SPAN_KIND_CONSUMER"] = 5;
            return values;
        })();

        /**
         * StatusCode enum.
         * @name sonde.v1.StatusCode
         * @enum {number}
         * @property {number} STATUS_CODE_UNSPECIFIED=0 STATUS_CODE_UNSPECIFIED value
         * @property {number} STATUS_CODE_OK=1 STATUS_CODE_OK value
         * @property {number} STATUS_CODE_ERROR=2 STATUS_CODE_ERROR value
         */
        v1.StatusCode = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "STATUS_CODE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "STATUS_CODE_OK"] = 1;
            values[valuesById[2] = "STATUS_CODE_ERROR"] = 2;
            return values;
        })();

        v1.StreamRequest = (function() {

            /**
             * Properties of a StreamRequest.
             * @typedef {Object} sonde.v1.StreamRequest.$Properties
             * @property {sonde.v1.Hello.$Properties|null} [hello] StreamRequest hello
             * @property {sonde.v1.SealedBatch.$Properties|null} [batch] StreamRequest batch
             * @property {sonde.v1.ClockSample.$Properties|null} [clock] StreamRequest clock
             * @property {"hello"|"batch"|"clock"} [kind] StreamRequest kind
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StreamRequest.
             * @memberof sonde.v1
             * @interface IStreamRequest
             * @augments sonde.v1.StreamRequest.$Properties
             * @deprecated Use sonde.v1.StreamRequest.$Properties instead.
             */

            /**
             * Narrowed shape of a StreamRequest.
             * @typedef {{
             *   hello?: sonde.v1.Hello.$Shape|null;
             *   batch?: sonde.v1.SealedBatch.$Shape|null;
             *   clock?: sonde.v1.ClockSample.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ kind?: undefined; hello?: null; batch?: null; clock?: null }|{ kind?: "hello"; hello: sonde.v1.Hello.$Shape; batch?: null; clock?: null }|{ kind?: "batch"; hello?: null; batch: sonde.v1.SealedBatch.$Shape; clock?: null }|{ kind?: "clock"; hello?: null; batch?: null; clock: sonde.v1.ClockSample.$Shape })
             * )} sonde.v1.StreamRequest.$Shape
             */

            /**
             * Constructs a new StreamRequest.
             * @memberof sonde.v1
             * @classdesc Represents a StreamRequest.
             * @constructor
             * @param {sonde.v1.StreamRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StreamRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StreamRequest hello.
             * @member {sonde.v1.Hello|null} hello
             * @memberof sonde.v1.StreamRequest
             * @instance
             */
            StreamRequest.prototype.hello = null;

            /**
             * StreamRequest batch.
             * @member {sonde.v1.SealedBatch|null} batch
             * @memberof sonde.v1.StreamRequest
             * @instance
             */
            StreamRequest.prototype.batch = null;

            /**
             * StreamRequest clock.
             * @member {sonde.v1.ClockSample|null} clock
             * @memberof sonde.v1.StreamRequest
             * @instance
             */
            StreamRequest.prototype.clock = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * StreamRequest kind.
             * @member {"hello"|"batch"|"clock"|undefined} kind
             * @memberof sonde.v1.StreamRequest
             * @instance
             */
            $Object.defineProperty(StreamRequest.prototype, "kind", {
                get: $util.oneOfGetter($oneOfFields = ["hello", "batch", "clock"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified StreamRequest message. Does not implicitly {@link sonde.v1.StreamRequest.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.StreamRequest
             * @static
             * @param {sonde.v1.StreamRequest.$Properties} message StreamRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StreamRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.sonde.v1.Hello.encode(message.hello, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.batch != null && $Object.hasOwnProperty.call(message, "batch"))
                    $root.sonde.v1.SealedBatch.encode(message.batch, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.clock != null && $Object.hasOwnProperty.call(message, "clock"))
                    $root.sonde.v1.ClockSample.encode(message.clock, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StreamRequest message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.StreamRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.StreamRequest & sonde.v1.StreamRequest.$Shape} StreamRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StreamRequest.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.StreamRequest();
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
                            message.hello = $root.sonde.v1.Hello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.kind = "hello";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.batch = $root.sonde.v1.SealedBatch.decode(reader, reader.size(), $undefined, _depth + 1, message.batch);
                            message.kind = "batch";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.clock = $root.sonde.v1.ClockSample.decode(reader, reader.size(), $undefined, _depth + 1, message.clock);
                            message.kind = "clock";
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

            return StreamRequest;
        })();

        v1.StreamResponse = (function() {

            /**
             * Properties of a StreamResponse.
             * @typedef {Object} sonde.v1.StreamResponse.$Properties
             * @property {sonde.v1.Welcome.$Properties|null} [welcome] StreamResponse welcome
             * @property {sonde.v1.Acknowledgement.$Properties|null} [acknowledgement] StreamResponse acknowledgement
             * @property {sonde.v1.Refusal.$Properties|null} [refusal] StreamResponse refusal
             * @property {sonde.v1.Credit.$Properties|null} [credit] StreamResponse credit
             * @property {sonde.v1.Configuration.$Properties|null} [configuration] StreamResponse configuration
             * @property {sonde.v1.ClockSample.$Properties|null} [clock] StreamResponse clock
             * @property {"welcome"|"acknowledgement"|"refusal"|"credit"|"configuration"|"clock"} [kind] StreamResponse kind
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StreamResponse.
             * @memberof sonde.v1
             * @interface IStreamResponse
             * @augments sonde.v1.StreamResponse.$Properties
             * @deprecated Use sonde.v1.StreamResponse.$Properties instead.
             */

            /**
             * Narrowed shape of a StreamResponse.
             * @typedef {{
             *   welcome?: sonde.v1.Welcome.$Shape|null;
             *   acknowledgement?: sonde.v1.Acknowledgement.$Shape|null;
             *   refusal?: sonde.v1.Refusal.$Shape|null;
             *   credit?: sonde.v1.Credit.$Shape|null;
             *   configuration?: sonde.v1.Configuration.$Shape|null;
             *   clock?: sonde.v1.ClockSample.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ kind?: undefined; welcome?: null; acknowledgement?: null; refusal?: null; credit?: null; configuration?: null; clock?: null }|{ kind?: "welcome"; welcome: sonde.v1.Welcome.$Shape; acknowledgement?: null; refusal?: null; credit?: null; configuration?: null; clock?: null }|{ kind?: "acknowledgement"; welcome?: null; acknowledgement: sonde.v1.Acknowledgement.$Shape; refusal?: null; credit?: null; configuration?: null; clock?: null }|{ kind?: "refusal"; welcome?: null; acknowledgement?: null; refusal: sonde.v1.Refusal.$Shape; credit?: null; configuration?: null; clock?: null }|{ kind?: "credit"; welcome?: null; acknowledgement?: null; refusal?: null; credit: sonde.v1.Credit.$Shape; configuration?: null; clock?: null }|{ kind?: "configuration"; welcome?: null; acknowledgement?: null; refusal?: null; credit?: null; configuration: sonde.v1.Configuration.$Shape; clock?: null }|{ kind?: "clock"; welcome?: null; acknowledgement?: null; refusal?: null; credit?: null; configuration?: null; clock: sonde.v1.ClockSample.$Shape })
             * )} sonde.v1.StreamResponse.$Shape
             */

            /**
             * Constructs a new StreamResponse.
             * @memberof sonde.v1
             * @classdesc Represents a StreamResponse.
             * @constructor
             * @param {sonde.v1.StreamResponse.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StreamResponse = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StreamResponse welcome.
             * @member {sonde.v1.Welcome|null} welcome
             * @memberof sonde.v1.StreamResponse
             * @instance
             */
            StreamResponse.prototype.welcome = null;

            /**
             * StreamResponse acknowledgement.
             * @member {sonde.v1.Acknowledgement|null} acknowledgement
             * @memberof sonde.v1.StreamResponse
             * @instance
             */
            StreamResponse.prototype.acknowledgement = null;

            /**
             * StreamResponse refusal.
             * @member {sonde.v1.Refusal|null} refusal
             * @memberof sonde.v1.StreamResponse
             * @instance
             */
            StreamResponse.prototype.refusal = null;

            /**
             * StreamResponse credit.
             * @member {sonde.v1.Credit|null} credit
             * @memberof sonde.v1.StreamResponse
             * @instance
             */
            StreamResponse.prototype.credit = null;

            /**
             * StreamResponse configuration.
             * @member {sonde.v1.Configuration|null} configuration
             * @memberof sonde.v1.StreamResponse
             * @instance
             */
            StreamResponse.prototype.configuration = null;

            /**
             * StreamResponse clock.
             * @member {sonde.v1.ClockSample|null} clock
             * @memberof sonde.v1.StreamResponse
             * @instance
             */
            StreamResponse.prototype.clock = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * StreamResponse kind.
             * @member {"welcome"|"acknowledgement"|"refusal"|"credit"|"configuration"|"clock"|undefined} kind
             * @memberof sonde.v1.StreamResponse
             * @instance
             */
            $Object.defineProperty(StreamResponse.prototype, "kind", {
                get: $util.oneOfGetter($oneOfFields = ["welcome", "acknowledgement", "refusal", "credit", "configuration", "clock"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified StreamResponse message. Does not implicitly {@link sonde.v1.StreamResponse.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.StreamResponse
             * @static
             * @param {sonde.v1.StreamResponse.$Properties} message StreamResponse message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StreamResponse.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.welcome != null && $Object.hasOwnProperty.call(message, "welcome"))
                    $root.sonde.v1.Welcome.encode(message.welcome, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.acknowledgement != null && $Object.hasOwnProperty.call(message, "acknowledgement"))
                    $root.sonde.v1.Acknowledgement.encode(message.acknowledgement, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.refusal != null && $Object.hasOwnProperty.call(message, "refusal"))
                    $root.sonde.v1.Refusal.encode(message.refusal, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.credit != null && $Object.hasOwnProperty.call(message, "credit"))
                    $root.sonde.v1.Credit.encode(message.credit, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.configuration != null && $Object.hasOwnProperty.call(message, "configuration"))
                    $root.sonde.v1.Configuration.encode(message.configuration, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.clock != null && $Object.hasOwnProperty.call(message, "clock"))
                    $root.sonde.v1.ClockSample.encode(message.clock, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StreamResponse message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.StreamResponse
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.StreamResponse & sonde.v1.StreamResponse.$Shape} StreamResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StreamResponse.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.StreamResponse();
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
                            message.welcome = $root.sonde.v1.Welcome.decode(reader, reader.size(), $undefined, _depth + 1, message.welcome);
                            message.kind = "welcome";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.acknowledgement = $root.sonde.v1.Acknowledgement.decode(reader, reader.size(), $undefined, _depth + 1, message.acknowledgement);
                            message.kind = "acknowledgement";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.refusal = $root.sonde.v1.Refusal.decode(reader, reader.size(), $undefined, _depth + 1, message.refusal);
                            message.kind = "refusal";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.credit = $root.sonde.v1.Credit.decode(reader, reader.size(), $undefined, _depth + 1, message.credit);
                            message.kind = "credit";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.configuration = $root.sonde.v1.Configuration.decode(reader, reader.size(), $undefined, _depth + 1, message.configuration);
                            message.kind = "configuration";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.clock = $root.sonde.v1.ClockSample.decode(reader, reader.size(), $undefined, _depth + 1, message.clock);
                            message.kind = "clock";
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

            return StreamResponse;
        })();

        v1.Hello = (function() {

            /**
             * Properties of a Hello.
             * @typedef {Object} sonde.v1.Hello.$Properties
             * @property {number} [protocolVersion] Hello protocolVersion
             * @property {string} [agentId] Hello agentId
             * @property {Long} [bootEpoch] Hello bootEpoch
             * @property {string} [agentVersion] Hello agentVersion
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hello.
             * @memberof sonde.v1
             * @interface IHello
             * @augments sonde.v1.Hello.$Properties
             * @deprecated Use sonde.v1.Hello.$Properties instead.
             */

            /**
             * Shape of a Hello.
             * @typedef {sonde.v1.Hello.$Properties} sonde.v1.Hello.$Shape
             */

            /**
             * Constructs a new Hello.
             * @memberof sonde.v1
             * @classdesc Represents a Hello.
             * @constructor
             * @param {sonde.v1.Hello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hello = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hello protocolVersion.
             * @member {number} protocolVersion
             * @memberof sonde.v1.Hello
             * @instance
             */
            Hello.prototype.protocolVersion = 0;

            /**
             * Hello agentId.
             * @member {string} agentId
             * @memberof sonde.v1.Hello
             * @instance
             */
            Hello.prototype.agentId = "";

            /**
             * Hello bootEpoch.
             * @member {Long} bootEpoch
             * @memberof sonde.v1.Hello
             * @instance
             */
            Hello.prototype.bootEpoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Hello agentVersion.
             * @member {string} agentVersion
             * @memberof sonde.v1.Hello
             * @instance
             */
            Hello.prototype.agentVersion = "";

            /**
             * Encodes the specified Hello message. Does not implicitly {@link sonde.v1.Hello.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Hello
             * @static
             * @param {sonde.v1.Hello.$Properties} message Hello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocolVersion != null && $Object.hasOwnProperty.call(message, "protocolVersion") && message.protocolVersion !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocolVersion);
                if (message.agentId != null && $Object.hasOwnProperty.call(message, "agentId") && message.agentId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.agentId);
                if (message.bootEpoch != null && $Object.hasOwnProperty.call(message, "bootEpoch") && (typeof message.bootEpoch === "object" ? message.bootEpoch.low || message.bootEpoch.high : message.bootEpoch !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.bootEpoch);
                if (message.agentVersion != null && $Object.hasOwnProperty.call(message, "agentVersion") && message.agentVersion !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.agentVersion);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Hello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Hello & sonde.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
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
                message = _target || new $root.sonde.v1.Hello();
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
                                message.protocolVersion = value;
                            else
                                delete message.protocolVersion;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.agentId = value;
                            else
                                delete message.agentId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bootEpoch = value;
                            else
                                delete message.bootEpoch;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.agentVersion = value;
                            else
                                delete message.agentVersion;
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

        v1.Welcome = (function() {

            /**
             * Properties of a Welcome.
             * @typedef {Object} sonde.v1.Welcome.$Properties
             * @property {number} [protocolVersion] Welcome protocolVersion
             * @property {Long} [durableSequence] Welcome durableSequence
             * @property {Long} [creditBytes] Welcome creditBytes
             * @property {number} [maxBatchBytes] Welcome maxBatchBytes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Welcome.
             * @memberof sonde.v1
             * @interface IWelcome
             * @augments sonde.v1.Welcome.$Properties
             * @deprecated Use sonde.v1.Welcome.$Properties instead.
             */

            /**
             * Shape of a Welcome.
             * @typedef {sonde.v1.Welcome.$Properties} sonde.v1.Welcome.$Shape
             */

            /**
             * Constructs a new Welcome.
             * @memberof sonde.v1
             * @classdesc Represents a Welcome.
             * @constructor
             * @param {sonde.v1.Welcome.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Welcome = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Welcome protocolVersion.
             * @member {number} protocolVersion
             * @memberof sonde.v1.Welcome
             * @instance
             */
            Welcome.prototype.protocolVersion = 0;

            /**
             * Welcome durableSequence.
             * @member {Long} durableSequence
             * @memberof sonde.v1.Welcome
             * @instance
             */
            Welcome.prototype.durableSequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Welcome creditBytes.
             * @member {Long} creditBytes
             * @memberof sonde.v1.Welcome
             * @instance
             */
            Welcome.prototype.creditBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Welcome maxBatchBytes.
             * @member {number} maxBatchBytes
             * @memberof sonde.v1.Welcome
             * @instance
             */
            Welcome.prototype.maxBatchBytes = 0;

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link sonde.v1.Welcome.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Welcome
             * @static
             * @param {sonde.v1.Welcome.$Properties} message Welcome message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Welcome.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocolVersion != null && $Object.hasOwnProperty.call(message, "protocolVersion") && message.protocolVersion !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocolVersion);
                if (message.durableSequence != null && $Object.hasOwnProperty.call(message, "durableSequence") && (typeof message.durableSequence === "object" ? message.durableSequence.low || message.durableSequence.high : message.durableSequence !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.durableSequence);
                if (message.creditBytes != null && $Object.hasOwnProperty.call(message, "creditBytes") && (typeof message.creditBytes === "object" ? message.creditBytes.low || message.creditBytes.high : message.creditBytes !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.creditBytes);
                if (message.maxBatchBytes != null && $Object.hasOwnProperty.call(message, "maxBatchBytes") && message.maxBatchBytes !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.maxBatchBytes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Welcome
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Welcome & sonde.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
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
                message = _target || new $root.sonde.v1.Welcome();
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
                                message.protocolVersion = value;
                            else
                                delete message.protocolVersion;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.durableSequence = value;
                            else
                                delete message.durableSequence;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.creditBytes = value;
                            else
                                delete message.creditBytes;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.maxBatchBytes = value;
                            else
                                delete message.maxBatchBytes;
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

        v1.SealedBatch = (function() {

            /**
             * Properties of a SealedBatch.
             * @typedef {Object} sonde.v1.SealedBatch.$Properties
             * @property {Long} [sequence] SealedBatch sequence
             * @property {Uint8Array} [payload] SealedBatch payload
             * @property {number} [crc32] SealedBatch crc32
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SealedBatch.
             * @memberof sonde.v1
             * @interface ISealedBatch
             * @augments sonde.v1.SealedBatch.$Properties
             * @deprecated Use sonde.v1.SealedBatch.$Properties instead.
             */

            /**
             * Shape of a SealedBatch.
             * @typedef {sonde.v1.SealedBatch.$Properties} sonde.v1.SealedBatch.$Shape
             */

            /**
             * Constructs a new SealedBatch.
             * @memberof sonde.v1
             * @classdesc Represents a SealedBatch.
             * @constructor
             * @param {sonde.v1.SealedBatch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SealedBatch = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SealedBatch sequence.
             * @member {Long} sequence
             * @memberof sonde.v1.SealedBatch
             * @instance
             */
            SealedBatch.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SealedBatch payload.
             * @member {Uint8Array} payload
             * @memberof sonde.v1.SealedBatch
             * @instance
             */
            SealedBatch.prototype.payload = $util.newBuffer([]);

            /**
             * SealedBatch crc32.
             * @member {number} crc32
             * @memberof sonde.v1.SealedBatch
             * @instance
             */
            SealedBatch.prototype.crc32 = 0;

            /**
             * Encodes the specified SealedBatch message. Does not implicitly {@link sonde.v1.SealedBatch.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.SealedBatch
             * @static
             * @param {sonde.v1.SealedBatch.$Properties} message SealedBatch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SealedBatch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.sequence);
                if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.payload);
                if (message.crc32 != null && $Object.hasOwnProperty.call(message, "crc32") && message.crc32 !== 0)
                    writer.uint32(/* id 3, wireType 5 =*/29).fixed32(message.crc32);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SealedBatch message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.SealedBatch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.SealedBatch & sonde.v1.SealedBatch.$Shape} SealedBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SealedBatch.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.SealedBatch();
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
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.payload = value;
                            else
                                delete message.payload;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 5)
                                break;
                            if (value = reader.fixed32())
                                message.crc32 = value;
                            else
                                delete message.crc32;
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

            return SealedBatch;
        })();

        v1.Acknowledgement = (function() {

            /**
             * Properties of an Acknowledgement.
             * @typedef {Object} sonde.v1.Acknowledgement.$Properties
             * @property {Long} [sequence] Acknowledgement sequence
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Acknowledgement.
             * @memberof sonde.v1
             * @interface IAcknowledgement
             * @augments sonde.v1.Acknowledgement.$Properties
             * @deprecated Use sonde.v1.Acknowledgement.$Properties instead.
             */

            /**
             * Shape of an Acknowledgement.
             * @typedef {sonde.v1.Acknowledgement.$Properties} sonde.v1.Acknowledgement.$Shape
             */

            /**
             * Constructs a new Acknowledgement.
             * @memberof sonde.v1
             * @classdesc Represents an Acknowledgement.
             * @constructor
             * @param {sonde.v1.Acknowledgement.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Acknowledgement = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Acknowledgement sequence.
             * @member {Long} sequence
             * @memberof sonde.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Acknowledgement message. Does not implicitly {@link sonde.v1.Acknowledgement.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Acknowledgement
             * @static
             * @param {sonde.v1.Acknowledgement.$Properties} message Acknowledgement message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Acknowledgement.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.sequence);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Acknowledgement message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Acknowledgement
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Acknowledgement & sonde.v1.Acknowledgement.$Shape} Acknowledgement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Acknowledgement.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Acknowledgement();
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
                                message.sequence = value;
                            else
                                delete message.sequence;
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

            return Acknowledgement;
        })();

        v1.Refusal = (function() {

            /**
             * Properties of a Refusal.
             * @typedef {Object} sonde.v1.Refusal.$Properties
             * @property {Long} [sequence] Refusal sequence
             * @property {sonde.v1.RefusalReason} [reason] Refusal reason
             * @property {string} [message] Refusal message
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Refusal.
             * @memberof sonde.v1
             * @interface IRefusal
             * @augments sonde.v1.Refusal.$Properties
             * @deprecated Use sonde.v1.Refusal.$Properties instead.
             */

            /**
             * Shape of a Refusal.
             * @typedef {sonde.v1.Refusal.$Properties} sonde.v1.Refusal.$Shape
             */

            /**
             * Constructs a new Refusal.
             * @memberof sonde.v1
             * @classdesc Represents a Refusal.
             * @constructor
             * @param {sonde.v1.Refusal.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Refusal = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Refusal sequence.
             * @member {Long} sequence
             * @memberof sonde.v1.Refusal
             * @instance
             */
            Refusal.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Refusal reason.
             * @member {sonde.v1.RefusalReason} reason
             * @memberof sonde.v1.Refusal
             * @instance
             */
            Refusal.prototype.reason = 0;

            /**
             * Refusal message.
             * @member {string} message
             * @memberof sonde.v1.Refusal
             * @instance
             */
            Refusal.prototype.message = "";

            /**
             * Encodes the specified Refusal message. Does not implicitly {@link sonde.v1.Refusal.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Refusal
             * @static
             * @param {sonde.v1.Refusal.$Properties} message Refusal message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Refusal.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.sequence);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.reason);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Refusal message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Refusal
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Refusal & sonde.v1.Refusal.$Shape} Refusal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Refusal.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Refusal();
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
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
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

            return Refusal;
        })();

        /**
         * RefusalReason enum.
         * @name sonde.v1.RefusalReason
         * @enum {number}
         * @property {number} REFUSAL_REASON_UNSPECIFIED=0 REFUSAL_REASON_UNSPECIFIED value
         * @property {number} REFUSAL_REASON_MALFORMED=1 REFUSAL_REASON_MALFORMED value
         * @property {number} REFUSAL_REASON_OVERSIZED=2 REFUSAL_REASON_OVERSIZED value
         * @property {number} REFUSAL_REASON_CHECKSUM=3 REFUSAL_REASON_CHECKSUM value
         * @property {number} REFUSAL_REASON_IDENTITY=4 REFUSAL_REASON_IDENTITY value
         */
        v1.RefusalReason = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "REFUSAL_REASON_UNSPECIFIED"] = 0;
            values[valuesById[1] = "REFUSAL_REASON_MALFORMED"] = 1;
            values[valuesById[2] = "REFUSAL_REASON_OVERSIZED"] = 2;
            values[valuesById[3] = "REFUSAL_REASON_CHECKSUM"] = 3;
            values[valuesById[4] = "REFUSAL_REASON_IDENTITY"] = 4;
            return values;
        })();

        v1.Credit = (function() {

            /**
             * Properties of a Credit.
             * @typedef {Object} sonde.v1.Credit.$Properties
             * @property {Long} [bytes] Credit bytes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Credit.
             * @memberof sonde.v1
             * @interface ICredit
             * @augments sonde.v1.Credit.$Properties
             * @deprecated Use sonde.v1.Credit.$Properties instead.
             */

            /**
             * Shape of a Credit.
             * @typedef {sonde.v1.Credit.$Properties} sonde.v1.Credit.$Shape
             */

            /**
             * Constructs a new Credit.
             * @memberof sonde.v1
             * @classdesc Represents a Credit.
             * @constructor
             * @param {sonde.v1.Credit.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Credit = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Credit bytes.
             * @member {Long} bytes
             * @memberof sonde.v1.Credit
             * @instance
             */
            Credit.prototype.bytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Credit message. Does not implicitly {@link sonde.v1.Credit.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Credit
             * @static
             * @param {sonde.v1.Credit.$Properties} message Credit message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Credit.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.bytes != null && $Object.hasOwnProperty.call(message, "bytes") && (typeof message.bytes === "object" ? message.bytes.low || message.bytes.high : message.bytes !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.bytes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Credit message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Credit
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Credit & sonde.v1.Credit.$Shape} Credit
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Credit.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Credit();
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
                                message.bytes = value;
                            else
                                delete message.bytes;
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

            return Credit;
        })();

        v1.Configuration = (function() {

            /**
             * Properties of a Configuration.
             * @typedef {Object} sonde.v1.Configuration.$Properties
             * @property {Long} [revision] Configuration revision
             * @property {Object.<string,string>} [settings] Configuration settings
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Configuration.
             * @memberof sonde.v1
             * @interface IConfiguration
             * @augments sonde.v1.Configuration.$Properties
             * @deprecated Use sonde.v1.Configuration.$Properties instead.
             */

            /**
             * Shape of a Configuration.
             * @typedef {sonde.v1.Configuration.$Properties} sonde.v1.Configuration.$Shape
             */

            /**
             * Constructs a new Configuration.
             * @memberof sonde.v1
             * @classdesc Represents a Configuration.
             * @constructor
             * @param {sonde.v1.Configuration.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Configuration = function (properties) {
                this.settings = {};
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Configuration revision.
             * @member {Long} revision
             * @memberof sonde.v1.Configuration
             * @instance
             */
            Configuration.prototype.revision = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Configuration settings.
             * @member {Object.<string,string>} settings
             * @memberof sonde.v1.Configuration
             * @instance
             */
            Configuration.prototype.settings = $util.emptyObject;

            /**
             * Encodes the specified Configuration message. Does not implicitly {@link sonde.v1.Configuration.verify|verify} messages.
             * @function encode
             * @memberof sonde.v1.Configuration
             * @static
             * @param {sonde.v1.Configuration.$Properties} message Configuration message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Configuration.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.revision != null && $Object.hasOwnProperty.call(message, "revision") && (typeof message.revision === "object" ? message.revision.low || message.revision.high : message.revision !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.revision);
                if (message.settings != null && $Object.hasOwnProperty.call(message, "settings"))
                    for (let keys = $Object.keys(message.settings), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.settings[keys[i]]).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Configuration message from the specified reader or buffer.
             * @function decode
             * @memberof sonde.v1.Configuration
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {sonde.v1.Configuration & sonde.v1.Configuration.$Shape} Configuration
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Configuration.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.sonde.v1.Configuration();
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
                                message.revision = value;
                            else
                                delete message.revision;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (message.settings === $util.emptyObject)
                                message.settings = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = "";
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
                                    if (wireType !== 2)
                                        break;
                                    value = reader.stringVerify();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.settings, key);
                            message.settings[key] = value;
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

            return Configuration;
        })();

        return v1;
    })();

    return sonde;
})();

export {
  $root as default
};
