import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace sonde. */
export namespace sonde {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of an Attributes.
         * @deprecated Use sonde.v1.Attributes.$Properties instead.
         */
        interface IAttributes extends sonde.v1.Attributes.$Properties {
        }

        /** Represents an Attributes. */
        class Attributes {

            /**
             * Constructs a new Attributes.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Attributes.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Attributes count. */
            count: number[];

            /** Attributes key. */
            key: number[];

            /** Attributes value. */
            value: number[];

            /** Attributes type. */
            type: sonde.v1.ValueType[];

            /**
             * Encodes the specified Attributes message. Does not implicitly {@link sonde.v1.Attributes.verify|verify} messages.
             * @param message Attributes message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Attributes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Attributes message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Attributes & sonde.v1.Attributes.$Shape} Attributes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Attributes & sonde.v1.Attributes.$Shape;
        }

        namespace Attributes {

            /** Properties of an Attributes. */
            interface $Properties {

                /** Attributes count */
                count?: number[];

                /** Attributes key */
                key?: number[];

                /** Attributes value */
                value?: number[];

                /** Attributes type */
                type?: sonde.v1.ValueType[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Attributes. */
            type $Shape = sonde.v1.Attributes.$Properties;
        }

        /** ValueType enum. */
        enum ValueType {

            /** VALUE_TYPE_UNSPECIFIED value */
            VALUE_TYPE_UNSPECIFIED = 0,

            /** VALUE_TYPE_STRING value */
            VALUE_TYPE_STRING = 1,

            /** VALUE_TYPE_INT value */
            VALUE_TYPE_INT = 2,

            /** VALUE_TYPE_DOUBLE value */
            VALUE_TYPE_DOUBLE = 3,

            /** VALUE_TYPE_BOOL value */
            VALUE_TYPE_BOOL = 4,

            /** VALUE_TYPE_STRINGS value */
            VALUE_TYPE_STRINGS = 5
        }

        /**
         * Properties of a Batch.
         * @deprecated Use sonde.v1.Batch.$Properties instead.
         */
        interface IBatch extends sonde.v1.Batch.$Properties {
        }

        /** Represents a Batch. */
        class Batch {

            /**
             * Constructs a new Batch.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Batch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Batch header. */
            header: sonde.v1.Header;

            /** Batch strings. */
            strings: string[];

            /** Batch entities. */
            entities: sonde.v1.Entities;

            /** Batch spans. */
            spans: sonde.v1.Spans;

            /** Batch edges. */
            edges: sonde.v1.Edges;

            /** Batch red. */
            red: sonde.v1.Red;

            /** Batch logs. */
            logs: sonde.v1.Logs;

            /** Batch metrics. */
            metrics: sonde.v1.Metrics;

            /** Batch profiles. */
            profiles: sonde.v1.Profiles;

            /** Batch ledger. */
            ledger: sonde.v1.Ledger;

            /** Batch clocks. */
            clocks: sonde.v1.ClockSample[];

            /**
             * Encodes the specified Batch message. Does not implicitly {@link sonde.v1.Batch.verify|verify} messages.
             * @param message Batch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Batch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Batch & sonde.v1.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Batch & sonde.v1.Batch.$Shape;
        }

        namespace Batch {

            /** Properties of a Batch. */
            interface $Properties {

                /** Batch header */
                header?: sonde.v1.Header.$Properties;

                /** Batch strings */
                strings?: string[];

                /** Batch entities */
                entities?: sonde.v1.Entities.$Properties;

                /** Batch spans */
                spans?: sonde.v1.Spans.$Properties;

                /** Batch edges */
                edges?: sonde.v1.Edges.$Properties;

                /** Batch red */
                red?: sonde.v1.Red.$Properties;

                /** Batch logs */
                logs?: sonde.v1.Logs.$Properties;

                /** Batch metrics */
                metrics?: sonde.v1.Metrics.$Properties;

                /** Batch profiles */
                profiles?: sonde.v1.Profiles.$Properties;

                /** Batch ledger */
                ledger?: sonde.v1.Ledger.$Properties;

                /** Batch clocks */
                clocks?: sonde.v1.ClockSample.$Properties[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Batch. */
            type $Shape = sonde.v1.Batch.$Properties;
        }

        /**
         * Properties of a Header.
         * @deprecated Use sonde.v1.Header.$Properties instead.
         */
        interface IHeader extends sonde.v1.Header.$Properties {
        }

        /** Represents a Header. */
        class Header {

            /**
             * Constructs a new Header.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Header.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Header agentId. */
            agentId: string;

            /** Header bootEpoch. */
            bootEpoch: Long;

            /** Header sequence. */
            sequence: Long;

            /** Header node. */
            node: string;

            /** Header platform. */
            platform: sonde.v1.Platform;

            /**
             * Encodes the specified Header message. Does not implicitly {@link sonde.v1.Header.verify|verify} messages.
             * @param message Header message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Header.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Header message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Header & sonde.v1.Header.$Shape} Header
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Header & sonde.v1.Header.$Shape;
        }

        namespace Header {

            /** Properties of a Header. */
            interface $Properties {

                /** Header agentId */
                agentId?: string;

                /** Header bootEpoch */
                bootEpoch?: Long;

                /** Header sequence */
                sequence?: Long;

                /** Header node */
                node?: string;

                /** Header platform */
                platform?: sonde.v1.Platform;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Header. */
            type $Shape = sonde.v1.Header.$Properties;
        }

        /** Platform enum. */
        enum Platform {

            /** PLATFORM_UNSPECIFIED value */
            PLATFORM_UNSPECIFIED = 0,

            /** PLATFORM_SIMULATED value */
            PLATFORM_SIMULATED = 1,

            /** PLATFORM_LINUX value */
            PLATFORM_LINUX = 2
        }

        /**
         * Properties of a ClockSample.
         * @deprecated Use sonde.v1.ClockSample.$Properties instead.
         */
        interface IClockSample extends sonde.v1.ClockSample.$Properties {
        }

        /** Represents a ClockSample. */
        class ClockSample {

            /**
             * Constructs a new ClockSample.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.ClockSample.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClockSample bootId. */
            bootId: string;

            /** ClockSample monotonicNano. */
            monotonicNano: Long;

            /** ClockSample unixNano. */
            unixNano: Long;

            /** ClockSample answeredUnixNano. */
            answeredUnixNano: Long;

            /**
             * Encodes the specified ClockSample message. Does not implicitly {@link sonde.v1.ClockSample.verify|verify} messages.
             * @param message ClockSample message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.ClockSample.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClockSample message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.ClockSample & sonde.v1.ClockSample.$Shape} ClockSample
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.ClockSample & sonde.v1.ClockSample.$Shape;
        }

        namespace ClockSample {

            /** Properties of a ClockSample. */
            interface $Properties {

                /** ClockSample bootId */
                bootId?: string;

                /** ClockSample monotonicNano */
                monotonicNano?: Long;

                /** ClockSample unixNano */
                unixNano?: Long;

                /** ClockSample answeredUnixNano */
                answeredUnixNano?: Long;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClockSample. */
            type $Shape = sonde.v1.ClockSample.$Properties;
        }

        /**
         * Properties of an Edges.
         * @deprecated Use sonde.v1.Edges.$Properties instead.
         */
        interface IEdges extends sonde.v1.Edges.$Properties {
        }

        /** Represents an Edges. */
        class Edges {

            /**
             * Constructs a new Edges.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Edges.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Edges minute. */
            minute: number[];

            /** Edges client. */
            client: number[];

            /** Edges server. */
            server: number[];

            /** Edges serverPort. */
            serverPort: number[];

            /** Edges entity. */
            entity: number[];

            /** Edges side. */
            side: sonde.v1.EdgeSide[];

            /** Edges protocol. */
            protocol: number[];

            /** Edges connections. */
            connections: Long[];

            /** Edges failedConnections. */
            failedConnections: Long[];

            /** Edges requestBytes. */
            requestBytes: Long[];

            /** Edges responseBytes. */
            responseBytes: Long[];

            /** Edges requests. */
            requests: Long[];

            /** Edges errors. */
            errors: Long[];

            /** Edges durationSumNano. */
            durationSumNano: Long[];

            /** Edges durations. */
            durations: sonde.v1.Histogram;

            /**
             * Encodes the specified Edges message. Does not implicitly {@link sonde.v1.Edges.verify|verify} messages.
             * @param message Edges message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Edges.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Edges message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Edges & sonde.v1.Edges.$Shape} Edges
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Edges & sonde.v1.Edges.$Shape;
        }

        namespace Edges {

            /** Properties of an Edges. */
            interface $Properties {

                /** Edges minute */
                minute?: number[];

                /** Edges client */
                client?: number[];

                /** Edges server */
                server?: number[];

                /** Edges serverPort */
                serverPort?: number[];

                /** Edges entity */
                entity?: number[];

                /** Edges side */
                side?: sonde.v1.EdgeSide[];

                /** Edges protocol */
                protocol?: number[];

                /** Edges connections */
                connections?: Long[];

                /** Edges failedConnections */
                failedConnections?: Long[];

                /** Edges requestBytes */
                requestBytes?: Long[];

                /** Edges responseBytes */
                responseBytes?: Long[];

                /** Edges requests */
                requests?: Long[];

                /** Edges errors */
                errors?: Long[];

                /** Edges durationSumNano */
                durationSumNano?: Long[];

                /** Edges durations */
                durations?: sonde.v1.Histogram.$Properties;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Edges. */
            type $Shape = sonde.v1.Edges.$Properties;
        }

        /** EdgeSide enum. */
        enum EdgeSide {

            /** EDGE_SIDE_UNSPECIFIED value */
            EDGE_SIDE_UNSPECIFIED = 0,

            /** EDGE_SIDE_CLIENT value */
            EDGE_SIDE_CLIENT = 1,

            /** EDGE_SIDE_SERVER value */
            EDGE_SIDE_SERVER = 2
        }

        /**
         * Properties of a Histogram.
         * @deprecated Use sonde.v1.Histogram.$Properties instead.
         */
        interface IHistogram extends sonde.v1.Histogram.$Properties {
        }

        /** Represents a Histogram. */
        class Histogram {

            /**
             * Constructs a new Histogram.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Histogram.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Histogram count. */
            count: number[];

            /** Histogram bucket. */
            bucket: number[];

            /** Histogram n. */
            n: Long[];

            /**
             * Encodes the specified Histogram message. Does not implicitly {@link sonde.v1.Histogram.verify|verify} messages.
             * @param message Histogram message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Histogram.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Histogram message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Histogram & sonde.v1.Histogram.$Shape} Histogram
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Histogram & sonde.v1.Histogram.$Shape;
        }

        namespace Histogram {

            /** Properties of a Histogram. */
            interface $Properties {

                /** Histogram count */
                count?: number[];

                /** Histogram bucket */
                bucket?: number[];

                /** Histogram n */
                n?: Long[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Histogram. */
            type $Shape = sonde.v1.Histogram.$Properties;
        }

        /**
         * Properties of an Entities.
         * @deprecated Use sonde.v1.Entities.$Properties instead.
         */
        interface IEntities extends sonde.v1.Entities.$Properties {
        }

        /** Represents an Entities. */
        class Entities {

            /**
             * Constructs a new Entities.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Entities.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Entities id. */
            id: number[];

            /** Entities kind. */
            kind: sonde.v1.EntityKind[];

            /** Entities serviceName. */
            serviceName: number[];

            /** Entities serviceNamespace. */
            serviceNamespace: number[];

            /** Entities unnamed. */
            unnamed: number[];

            /** Entities validFromUnixNano. */
            validFromUnixNano: Long[];

            /** Entities attributes. */
            attributes: sonde.v1.Attributes;

            /**
             * Encodes the specified Entities message. Does not implicitly {@link sonde.v1.Entities.verify|verify} messages.
             * @param message Entities message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Entities.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Entities message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Entities & sonde.v1.Entities.$Shape} Entities
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Entities & sonde.v1.Entities.$Shape;
        }

        namespace Entities {

            /** Properties of an Entities. */
            interface $Properties {

                /** Entities id */
                id?: number[];

                /** Entities kind */
                kind?: sonde.v1.EntityKind[];

                /** Entities serviceName */
                serviceName?: number[];

                /** Entities serviceNamespace */
                serviceNamespace?: number[];

                /** Entities unnamed */
                unnamed?: number[];

                /** Entities validFromUnixNano */
                validFromUnixNano?: Long[];

                /** Entities attributes */
                attributes?: sonde.v1.Attributes.$Properties;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Entities. */
            type $Shape = sonde.v1.Entities.$Properties;
        }

        /** EntityKind enum. */
        enum EntityKind {

            /** ENTITY_KIND_UNSPECIFIED value */
            ENTITY_KIND_UNSPECIFIED = 0,

            /** ENTITY_KIND_CONTAINER value */
            ENTITY_KIND_CONTAINER = 1,

            /** ENTITY_KIND_POD value */
            ENTITY_KIND_POD = 2,

            /** ENTITY_KIND_CGROUP value */
            ENTITY_KIND_CGROUP = 3
        }

        /**
         * Properties of a Ledger.
         * @deprecated Use sonde.v1.Ledger.$Properties instead.
         */
        interface ILedger extends sonde.v1.Ledger.$Properties {
        }

        /** Represents a Ledger. */
        class Ledger {

            /**
             * Constructs a new Ledger.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Ledger.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ledger timeUnixNano. */
            timeUnixNano: Long[];

            /** Ledger stage. */
            stage: number[];

            /** Ledger unit. */
            unit: number[];

            /** Ledger in. */
            in: Long[];

            /** Ledger out. */
            out: Long[];

            /** Ledger held. */
            held: Long[];

            /** Ledger reasonCount. */
            reasonCount: number[];

            /** Ledger reason. */
            reason: number[];

            /** Ledger dropped. */
            dropped: Long[];

            /**
             * Encodes the specified Ledger message. Does not implicitly {@link sonde.v1.Ledger.verify|verify} messages.
             * @param message Ledger message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Ledger.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Ledger message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Ledger & sonde.v1.Ledger.$Shape} Ledger
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Ledger & sonde.v1.Ledger.$Shape;
        }

        namespace Ledger {

            /** Properties of a Ledger. */
            interface $Properties {

                /** Ledger timeUnixNano */
                timeUnixNano?: Long[];

                /** Ledger stage */
                stage?: number[];

                /** Ledger unit */
                unit?: number[];

                /** Ledger in */
                "in"?: Long[];

                /** Ledger out */
                out?: Long[];

                /** Ledger held */
                held?: Long[];

                /** Ledger reasonCount */
                reasonCount?: number[];

                /** Ledger reason */
                reason?: number[];

                /** Ledger dropped */
                dropped?: Long[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Ledger. */
            type $Shape = sonde.v1.Ledger.$Properties;
        }

        /**
         * Properties of a Logs.
         * @deprecated Use sonde.v1.Logs.$Properties instead.
         */
        interface ILogs extends sonde.v1.Logs.$Properties {
        }

        /** Represents a Logs. */
        class Logs {

            /**
             * Constructs a new Logs.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Logs.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Logs timeUnixNano. */
            timeUnixNano: Long[];

            /** Logs traceId. */
            traceId: Uint8Array;

            /** Logs spanId. */
            spanId: Uint8Array;

            /** Logs severity. */
            severity: number[];

            /** Logs body. */
            body: string[];

            /** Logs entity. */
            entity: number[];

            /** Logs attributes. */
            attributes: sonde.v1.Attributes;

            /**
             * Encodes the specified Logs message. Does not implicitly {@link sonde.v1.Logs.verify|verify} messages.
             * @param message Logs message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Logs.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Logs message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Logs & sonde.v1.Logs.$Shape} Logs
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Logs & sonde.v1.Logs.$Shape;
        }

        namespace Logs {

            /** Properties of a Logs. */
            interface $Properties {

                /** Logs timeUnixNano */
                timeUnixNano?: Long[];

                /** Logs traceId */
                traceId?: Uint8Array;

                /** Logs spanId */
                spanId?: Uint8Array;

                /** Logs severity */
                severity?: number[];

                /** Logs body */
                body?: string[];

                /** Logs entity */
                entity?: number[];

                /** Logs attributes */
                attributes?: sonde.v1.Attributes.$Properties;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Logs. */
            type $Shape = sonde.v1.Logs.$Properties;
        }

        /**
         * Properties of a Metrics.
         * @deprecated Use sonde.v1.Metrics.$Properties instead.
         */
        interface IMetrics extends sonde.v1.Metrics.$Properties {
        }

        /** Represents a Metrics. */
        class Metrics {

            /**
             * Constructs a new Metrics.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Metrics.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Metrics name. */
            name: number[];

            /** Metrics unit. */
            unit: number[];

            /** Metrics kind. */
            kind: sonde.v1.MetricKind[];

            /** Metrics entity. */
            entity: number[];

            /** Metrics startUnixNano. */
            startUnixNano: Long[];

            /** Metrics timeUnixNano. */
            timeUnixNano: Long[];

            /** Metrics value. */
            value: number[];

            /** Metrics attributes. */
            attributes: sonde.v1.Attributes;

            /**
             * Encodes the specified Metrics message. Does not implicitly {@link sonde.v1.Metrics.verify|verify} messages.
             * @param message Metrics message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Metrics.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Metrics message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Metrics & sonde.v1.Metrics.$Shape} Metrics
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Metrics & sonde.v1.Metrics.$Shape;
        }

        namespace Metrics {

            /** Properties of a Metrics. */
            interface $Properties {

                /** Metrics name */
                name?: number[];

                /** Metrics unit */
                unit?: number[];

                /** Metrics kind */
                kind?: sonde.v1.MetricKind[];

                /** Metrics entity */
                entity?: number[];

                /** Metrics startUnixNano */
                startUnixNano?: Long[];

                /** Metrics timeUnixNano */
                timeUnixNano?: Long[];

                /** Metrics value */
                value?: number[];

                /** Metrics attributes */
                attributes?: sonde.v1.Attributes.$Properties;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Metrics. */
            type $Shape = sonde.v1.Metrics.$Properties;
        }

        /** MetricKind enum. */
        enum MetricKind {

            /** METRIC_KIND_UNSPECIFIED value */
            METRIC_KIND_UNSPECIFIED = 0,

            /** METRIC_KIND_GAUGE value */
            METRIC_KIND_GAUGE = 1,

            /** METRIC_KIND_DELTA_SUM value */
            METRIC_KIND_DELTA_SUM = 2,

            /** METRIC_KIND_CUMULATIVE_SUM value */
            METRIC_KIND_CUMULATIVE_SUM = 3
        }

        /**
         * Properties of a Profiles.
         * @deprecated Use sonde.v1.Profiles.$Properties instead.
         */
        interface IProfiles extends sonde.v1.Profiles.$Properties {
        }

        /** Represents a Profiles. */
        class Profiles {

            /**
             * Constructs a new Profiles.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Profiles.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Profiles type. */
            type: number[];

            /** Profiles unit. */
            unit: number[];

            /** Profiles entity. */
            entity: number[];

            /** Profiles startUnixNano. */
            startUnixNano: Long[];

            /** Profiles durationNano. */
            durationNano: Long[];

            /** Profiles value. */
            value: Long[];

            /** Profiles frameCount. */
            frameCount: number[];

            /** Profiles frame. */
            frame: number[];

            /**
             * Encodes the specified Profiles message. Does not implicitly {@link sonde.v1.Profiles.verify|verify} messages.
             * @param message Profiles message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Profiles.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Profiles message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Profiles & sonde.v1.Profiles.$Shape} Profiles
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Profiles & sonde.v1.Profiles.$Shape;
        }

        namespace Profiles {

            /** Properties of a Profiles. */
            interface $Properties {

                /** Profiles type */
                type?: number[];

                /** Profiles unit */
                unit?: number[];

                /** Profiles entity */
                entity?: number[];

                /** Profiles startUnixNano */
                startUnixNano?: Long[];

                /** Profiles durationNano */
                durationNano?: Long[];

                /** Profiles value */
                value?: Long[];

                /** Profiles frameCount */
                frameCount?: number[];

                /** Profiles frame */
                frame?: number[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Profiles. */
            type $Shape = sonde.v1.Profiles.$Properties;
        }

        /**
         * Properties of a Red.
         * @deprecated Use sonde.v1.Red.$Properties instead.
         */
        interface IRed extends sonde.v1.Red.$Properties {
        }

        /** Represents a Red. */
        class Red {

            /**
             * Constructs a new Red.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Red.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Red minute. */
            minute: number[];

            /** Red entity. */
            entity: number[];

            /** Red name. */
            name: number[];

            /** Red kind. */
            kind: sonde.v1.SpanKind[];

            /** Red protocol. */
            protocol: number[];

            /** Red requests. */
            requests: Long[];

            /** Red errors. */
            errors: Long[];

            /** Red durationSumNano. */
            durationSumNano: Long[];

            /** Red durations. */
            durations: sonde.v1.Histogram;

            /**
             * Encodes the specified Red message. Does not implicitly {@link sonde.v1.Red.verify|verify} messages.
             * @param message Red message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Red.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Red message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Red & sonde.v1.Red.$Shape} Red
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Red & sonde.v1.Red.$Shape;
        }

        namespace Red {

            /** Properties of a Red. */
            interface $Properties {

                /** Red minute */
                minute?: number[];

                /** Red entity */
                entity?: number[];

                /** Red name */
                name?: number[];

                /** Red kind */
                kind?: sonde.v1.SpanKind[];

                /** Red protocol */
                protocol?: number[];

                /** Red requests */
                requests?: Long[];

                /** Red errors */
                errors?: Long[];

                /** Red durationSumNano */
                durationSumNano?: Long[];

                /** Red durations */
                durations?: sonde.v1.Histogram.$Properties;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Red. */
            type $Shape = sonde.v1.Red.$Properties;
        }

        /**
         * Properties of a Spans.
         * @deprecated Use sonde.v1.Spans.$Properties instead.
         */
        interface ISpans extends sonde.v1.Spans.$Properties {
        }

        /** Represents a Spans. */
        class Spans {

            /**
             * Constructs a new Spans.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Spans.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Spans traceId. */
            traceId: Uint8Array;

            /** Spans spanId. */
            spanId: Uint8Array;

            /** Spans parentSpanId. */
            parentSpanId: Uint8Array;

            /** Spans startUnixNano. */
            startUnixNano: Long[];

            /** Spans durationNano. */
            durationNano: Long[];

            /** Spans name. */
            name: number[];

            /** Spans kind. */
            kind: sonde.v1.SpanKind[];

            /** Spans status. */
            status: sonde.v1.StatusCode[];

            /** Spans protocol. */
            protocol: number[];

            /** Spans entity. */
            entity: number[];

            /** Spans peerService. */
            peerService: number[];

            /** Spans clientAddress. */
            clientAddress: number[];

            /** Spans clientPort. */
            clientPort: number[];

            /** Spans serverAddress. */
            serverAddress: number[];

            /** Spans serverPort. */
            serverPort: number[];

            /** Spans requestPosition. */
            requestPosition: number[];

            /** Spans requestBytes. */
            requestBytes: Long[];

            /** Spans responsePosition. */
            responsePosition: number[];

            /** Spans responseBytes. */
            responseBytes: Long[];

            /** Spans attributes. */
            attributes: sonde.v1.Attributes;

            /**
             * Encodes the specified Spans message. Does not implicitly {@link sonde.v1.Spans.verify|verify} messages.
             * @param message Spans message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Spans.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Spans message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Spans & sonde.v1.Spans.$Shape} Spans
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Spans & sonde.v1.Spans.$Shape;
        }

        namespace Spans {

            /** Properties of a Spans. */
            interface $Properties {

                /** Spans traceId */
                traceId?: Uint8Array;

                /** Spans spanId */
                spanId?: Uint8Array;

                /** Spans parentSpanId */
                parentSpanId?: Uint8Array;

                /** Spans startUnixNano */
                startUnixNano?: Long[];

                /** Spans durationNano */
                durationNano?: Long[];

                /** Spans name */
                name?: number[];

                /** Spans kind */
                kind?: sonde.v1.SpanKind[];

                /** Spans status */
                status?: sonde.v1.StatusCode[];

                /** Spans protocol */
                protocol?: number[];

                /** Spans entity */
                entity?: number[];

                /** Spans peerService */
                peerService?: number[];

                /** Spans clientAddress */
                clientAddress?: number[];

                /** Spans clientPort */
                clientPort?: number[];

                /** Spans serverAddress */
                serverAddress?: number[];

                /** Spans serverPort */
                serverPort?: number[];

                /** Spans requestPosition */
                requestPosition?: number[];

                /** Spans requestBytes */
                requestBytes?: Long[];

                /** Spans responsePosition */
                responsePosition?: number[];

                /** Spans responseBytes */
                responseBytes?: Long[];

                /** Spans attributes */
                attributes?: sonde.v1.Attributes.$Properties;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Spans. */
            type $Shape = sonde.v1.Spans.$Properties;
        }

        /** SpanKind enum. */
        enum SpanKind {

            /** SPAN_KIND_UNSPECIFIED value */
            SPAN_KIND_UNSPECIFIED = 0,

            /** SPAN_KIND_INTERNAL value */
            SPAN_KIND_INTERNAL = 1,

            /** SPAN_KIND_SERVER value */
            SPAN_KIND_SERVER = 2,

            /** SPAN_KIND_CLIENT value */
            SPAN_KIND_CLIENT = 3,

            /** SPAN_KIND_PRODUCER value */
            SPAN_KIND_PRODUCER = 4,

            /** SPAN_KIND_CONSUMER value */
            SPAN_KIND_CONSUMER = 5
        }

        /** StatusCode enum. */
        enum StatusCode {

            /** STATUS_CODE_UNSPECIFIED value */
            STATUS_CODE_UNSPECIFIED = 0,

            /** STATUS_CODE_OK value */
            STATUS_CODE_OK = 1,

            /** STATUS_CODE_ERROR value */
            STATUS_CODE_ERROR = 2
        }

        /**
         * Properties of a StreamRequest.
         * @deprecated Use sonde.v1.StreamRequest.$Properties instead.
         */
        interface IStreamRequest extends sonde.v1.StreamRequest.$Properties {
        }

        /** Represents a StreamRequest. */
        class StreamRequest {

            /**
             * Constructs a new StreamRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.StreamRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StreamRequest hello. */
            hello: (sonde.v1.Hello|null);

            /** StreamRequest batch. */
            batch: (sonde.v1.SealedBatch|null);

            /** StreamRequest clock. */
            clock: (sonde.v1.ClockSample|null);

            /** StreamRequest kind. */
            kind?: ("hello"|"batch"|"clock");

            /**
             * Encodes the specified StreamRequest message. Does not implicitly {@link sonde.v1.StreamRequest.verify|verify} messages.
             * @param message StreamRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.StreamRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StreamRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.StreamRequest & sonde.v1.StreamRequest.$Shape} StreamRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.StreamRequest & sonde.v1.StreamRequest.$Shape;
        }

        namespace StreamRequest {

            /** Properties of a StreamRequest. */
            interface $Properties {

                /** StreamRequest hello */
                hello?: (sonde.v1.Hello.$Properties|null);

                /** StreamRequest batch */
                batch?: (sonde.v1.SealedBatch.$Properties|null);

                /** StreamRequest clock */
                clock?: (sonde.v1.ClockSample.$Properties|null);

                /** StreamRequest kind */
                kind?: ("hello"|"batch"|"clock");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a StreamRequest. */
            type $Shape = {
              hello?: sonde.v1.Hello.$Shape|null;
              batch?: sonde.v1.SealedBatch.$Shape|null;
              clock?: sonde.v1.ClockSample.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; hello?: null; batch?: null; clock?: null }|{ kind?: "hello"; hello: sonde.v1.Hello.$Shape; batch?: null; clock?: null }|{ kind?: "batch"; hello?: null; batch: sonde.v1.SealedBatch.$Shape; clock?: null }|{ kind?: "clock"; hello?: null; batch?: null; clock: sonde.v1.ClockSample.$Shape })
            );
        }

        /**
         * Properties of a StreamResponse.
         * @deprecated Use sonde.v1.StreamResponse.$Properties instead.
         */
        interface IStreamResponse extends sonde.v1.StreamResponse.$Properties {
        }

        /** Represents a StreamResponse. */
        class StreamResponse {

            /**
             * Constructs a new StreamResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.StreamResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StreamResponse welcome. */
            welcome: (sonde.v1.Welcome|null);

            /** StreamResponse acknowledgement. */
            acknowledgement: (sonde.v1.Acknowledgement|null);

            /** StreamResponse refusal. */
            refusal: (sonde.v1.Refusal|null);

            /** StreamResponse credit. */
            credit: (sonde.v1.Credit|null);

            /** StreamResponse configuration. */
            configuration: (sonde.v1.Configuration|null);

            /** StreamResponse clock. */
            clock: (sonde.v1.ClockSample|null);

            /** StreamResponse kind. */
            kind?: ("welcome"|"acknowledgement"|"refusal"|"credit"|"configuration"|"clock");

            /**
             * Encodes the specified StreamResponse message. Does not implicitly {@link sonde.v1.StreamResponse.verify|verify} messages.
             * @param message StreamResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.StreamResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StreamResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.StreamResponse & sonde.v1.StreamResponse.$Shape} StreamResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.StreamResponse & sonde.v1.StreamResponse.$Shape;
        }

        namespace StreamResponse {

            /** Properties of a StreamResponse. */
            interface $Properties {

                /** StreamResponse welcome */
                welcome?: (sonde.v1.Welcome.$Properties|null);

                /** StreamResponse acknowledgement */
                acknowledgement?: (sonde.v1.Acknowledgement.$Properties|null);

                /** StreamResponse refusal */
                refusal?: (sonde.v1.Refusal.$Properties|null);

                /** StreamResponse credit */
                credit?: (sonde.v1.Credit.$Properties|null);

                /** StreamResponse configuration */
                configuration?: (sonde.v1.Configuration.$Properties|null);

                /** StreamResponse clock */
                clock?: (sonde.v1.ClockSample.$Properties|null);

                /** StreamResponse kind */
                kind?: ("welcome"|"acknowledgement"|"refusal"|"credit"|"configuration"|"clock");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a StreamResponse. */
            type $Shape = {
              welcome?: sonde.v1.Welcome.$Shape|null;
              acknowledgement?: sonde.v1.Acknowledgement.$Shape|null;
              refusal?: sonde.v1.Refusal.$Shape|null;
              credit?: sonde.v1.Credit.$Shape|null;
              configuration?: sonde.v1.Configuration.$Shape|null;
              clock?: sonde.v1.ClockSample.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; welcome?: null; acknowledgement?: null; refusal?: null; credit?: null; configuration?: null; clock?: null }|{ kind?: "welcome"; welcome: sonde.v1.Welcome.$Shape; acknowledgement?: null; refusal?: null; credit?: null; configuration?: null; clock?: null }|{ kind?: "acknowledgement"; welcome?: null; acknowledgement: sonde.v1.Acknowledgement.$Shape; refusal?: null; credit?: null; configuration?: null; clock?: null }|{ kind?: "refusal"; welcome?: null; acknowledgement?: null; refusal: sonde.v1.Refusal.$Shape; credit?: null; configuration?: null; clock?: null }|{ kind?: "credit"; welcome?: null; acknowledgement?: null; refusal?: null; credit: sonde.v1.Credit.$Shape; configuration?: null; clock?: null }|{ kind?: "configuration"; welcome?: null; acknowledgement?: null; refusal?: null; credit?: null; configuration: sonde.v1.Configuration.$Shape; clock?: null }|{ kind?: "clock"; welcome?: null; acknowledgement?: null; refusal?: null; credit?: null; configuration?: null; clock: sonde.v1.ClockSample.$Shape })
            );
        }

        /**
         * Properties of a Hello.
         * @deprecated Use sonde.v1.Hello.$Properties instead.
         */
        interface IHello extends sonde.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello protocolVersion. */
            protocolVersion: number;

            /** Hello agentId. */
            agentId: string;

            /** Hello bootEpoch. */
            bootEpoch: Long;

            /** Hello agentVersion. */
            agentVersion: string;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link sonde.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Hello & sonde.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Hello & sonde.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello protocolVersion */
                protocolVersion?: number;

                /** Hello agentId */
                agentId?: string;

                /** Hello bootEpoch */
                bootEpoch?: Long;

                /** Hello agentVersion */
                agentVersion?: string;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = sonde.v1.Hello.$Properties;
        }

        /**
         * Properties of a Welcome.
         * @deprecated Use sonde.v1.Welcome.$Properties instead.
         */
        interface IWelcome extends sonde.v1.Welcome.$Properties {
        }

        /** Represents a Welcome. */
        class Welcome {

            /**
             * Constructs a new Welcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Welcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Welcome protocolVersion. */
            protocolVersion: number;

            /** Welcome durableSequence. */
            durableSequence: Long;

            /** Welcome creditBytes. */
            creditBytes: Long;

            /** Welcome maxBatchBytes. */
            maxBatchBytes: number;

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link sonde.v1.Welcome.verify|verify} messages.
             * @param message Welcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Welcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Welcome & sonde.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Welcome & sonde.v1.Welcome.$Shape;
        }

        namespace Welcome {

            /** Properties of a Welcome. */
            interface $Properties {

                /** Welcome protocolVersion */
                protocolVersion?: number;

                /** Welcome durableSequence */
                durableSequence?: Long;

                /** Welcome creditBytes */
                creditBytes?: Long;

                /** Welcome maxBatchBytes */
                maxBatchBytes?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Welcome. */
            type $Shape = sonde.v1.Welcome.$Properties;
        }

        /**
         * Properties of a SealedBatch.
         * @deprecated Use sonde.v1.SealedBatch.$Properties instead.
         */
        interface ISealedBatch extends sonde.v1.SealedBatch.$Properties {
        }

        /** Represents a SealedBatch. */
        class SealedBatch {

            /**
             * Constructs a new SealedBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.SealedBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SealedBatch sequence. */
            sequence: Long;

            /** SealedBatch payload. */
            payload: Uint8Array;

            /** SealedBatch crc32. */
            crc32: number;

            /**
             * Encodes the specified SealedBatch message. Does not implicitly {@link sonde.v1.SealedBatch.verify|verify} messages.
             * @param message SealedBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.SealedBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SealedBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.SealedBatch & sonde.v1.SealedBatch.$Shape} SealedBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.SealedBatch & sonde.v1.SealedBatch.$Shape;
        }

        namespace SealedBatch {

            /** Properties of a SealedBatch. */
            interface $Properties {

                /** SealedBatch sequence */
                sequence?: Long;

                /** SealedBatch payload */
                payload?: Uint8Array;

                /** SealedBatch crc32 */
                crc32?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SealedBatch. */
            type $Shape = sonde.v1.SealedBatch.$Properties;
        }

        /**
         * Properties of an Acknowledgement.
         * @deprecated Use sonde.v1.Acknowledgement.$Properties instead.
         */
        interface IAcknowledgement extends sonde.v1.Acknowledgement.$Properties {
        }

        /** Represents an Acknowledgement. */
        class Acknowledgement {

            /**
             * Constructs a new Acknowledgement.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Acknowledgement.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Acknowledgement sequence. */
            sequence: Long;

            /**
             * Encodes the specified Acknowledgement message. Does not implicitly {@link sonde.v1.Acknowledgement.verify|verify} messages.
             * @param message Acknowledgement message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Acknowledgement.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Acknowledgement message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Acknowledgement & sonde.v1.Acknowledgement.$Shape} Acknowledgement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Acknowledgement & sonde.v1.Acknowledgement.$Shape;
        }

        namespace Acknowledgement {

            /** Properties of an Acknowledgement. */
            interface $Properties {

                /** Acknowledgement sequence */
                sequence?: Long;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Acknowledgement. */
            type $Shape = sonde.v1.Acknowledgement.$Properties;
        }

        /**
         * Properties of a Refusal.
         * @deprecated Use sonde.v1.Refusal.$Properties instead.
         */
        interface IRefusal extends sonde.v1.Refusal.$Properties {
        }

        /** Represents a Refusal. */
        class Refusal {

            /**
             * Constructs a new Refusal.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Refusal.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refusal sequence. */
            sequence: Long;

            /** Refusal reason. */
            reason: sonde.v1.RefusalReason;

            /** Refusal message. */
            message: string;

            /**
             * Encodes the specified Refusal message. Does not implicitly {@link sonde.v1.Refusal.verify|verify} messages.
             * @param message Refusal message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Refusal.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refusal message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Refusal & sonde.v1.Refusal.$Shape} Refusal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Refusal & sonde.v1.Refusal.$Shape;
        }

        namespace Refusal {

            /** Properties of a Refusal. */
            interface $Properties {

                /** Refusal sequence */
                sequence?: Long;

                /** Refusal reason */
                reason?: sonde.v1.RefusalReason;

                /** Refusal message */
                message?: string;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refusal. */
            type $Shape = sonde.v1.Refusal.$Properties;
        }

        /** RefusalReason enum. */
        enum RefusalReason {

            /** REFUSAL_REASON_UNSPECIFIED value */
            REFUSAL_REASON_UNSPECIFIED = 0,

            /** REFUSAL_REASON_MALFORMED value */
            REFUSAL_REASON_MALFORMED = 1,

            /** REFUSAL_REASON_OVERSIZED value */
            REFUSAL_REASON_OVERSIZED = 2,

            /** REFUSAL_REASON_CHECKSUM value */
            REFUSAL_REASON_CHECKSUM = 3,

            /** REFUSAL_REASON_IDENTITY value */
            REFUSAL_REASON_IDENTITY = 4
        }

        /**
         * Properties of a Credit.
         * @deprecated Use sonde.v1.Credit.$Properties instead.
         */
        interface ICredit extends sonde.v1.Credit.$Properties {
        }

        /** Represents a Credit. */
        class Credit {

            /**
             * Constructs a new Credit.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Credit.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Credit bytes. */
            bytes: Long;

            /**
             * Encodes the specified Credit message. Does not implicitly {@link sonde.v1.Credit.verify|verify} messages.
             * @param message Credit message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Credit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Credit message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Credit & sonde.v1.Credit.$Shape} Credit
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Credit & sonde.v1.Credit.$Shape;
        }

        namespace Credit {

            /** Properties of a Credit. */
            interface $Properties {

                /** Credit bytes */
                bytes?: Long;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Credit. */
            type $Shape = sonde.v1.Credit.$Properties;
        }

        /**
         * Properties of a Configuration.
         * @deprecated Use sonde.v1.Configuration.$Properties instead.
         */
        interface IConfiguration extends sonde.v1.Configuration.$Properties {
        }

        /** Represents a Configuration. */
        class Configuration {

            /**
             * Constructs a new Configuration.
             * @param [properties] Properties to set
             */
            constructor(properties?: sonde.v1.Configuration.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Configuration revision. */
            revision: Long;

            /** Configuration settings. */
            settings: { [k: string]: string };

            /**
             * Encodes the specified Configuration message. Does not implicitly {@link sonde.v1.Configuration.verify|verify} messages.
             * @param message Configuration message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: sonde.v1.Configuration.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Configuration message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {sonde.v1.Configuration & sonde.v1.Configuration.$Shape} Configuration
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): sonde.v1.Configuration & sonde.v1.Configuration.$Shape;
        }

        namespace Configuration {

            /** Properties of a Configuration. */
            interface $Properties {

                /** Configuration revision */
                revision?: Long;

                /** Configuration settings */
                settings?: { [k: string]: string };

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Configuration. */
            type $Shape = sonde.v1.Configuration.$Properties;
        }
    }
}
