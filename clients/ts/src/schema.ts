// Generated from docs/openapi.json by `npm run generate`; do not edit.

/** A word of a newer server. The known words of an enum are still offered beside it. */
export type Other = string & {};
export interface paths {
    "/v1/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what operators did, the newest first. */
        get: operations["operations_list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/consumers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show what waits for whom, and who is paused. */
        get: operations["operations_list_consumers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/consumers/{consumer}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a consumer; its events wait. */
        post: operations["operations_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/consumers/{consumer}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a consumer work again. */
        post: operations["operations_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List dead letters, the oldest first. */
        get: operations["operations_list_dead_letters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/dead-letters/{letter_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show one dead letter with its headers and body. */
        get: operations["operations_show_dead_letter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/dead-letters/{letter_id}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Post one dead letter to its consumer again and tell what that said. */
        post: operations["operations_redrive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/dead-letters/{letter_id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Settle one dead letter without a redrive. */
        post: operations["operations_resolve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/dead-letters/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Redrive the open dead letters of one consumer, a page at a time. */
        post: operations["operations_redrive_some"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/projections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List where a player's documents differ from the rows they copy. */
        get: operations["operations_compare"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/projections/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Write documents anew from their rows: of one player, or the next page of everybody's. */
        post: operations["operations_rebuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/games": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List games by title, or those with a name that starts with `q`. */
        get: operations["catalog_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/games/{game_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one game with its aliases, store ids and executables. */
        get: operations["catalog_game"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Accept the wish to be erased; asking again while it is under way changes nothing. */
        delete: operations["account_erase"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/achievements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return the caller's achievements, oldest first. */
        get: operations["playtime_achieved"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return every row and document that is the player's. */
        get: operations["account_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/playtime": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return the caller's playtime by local day and game, from `from` to `to`, both included.
         * @description At most 366 days; the last 30 when neither is given. Days without playtime are absent.
         */
        get: operations["playtime_days"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sessions:batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take moments of the caller's play sessions; each appears in the playtime soon after. */
        post: operations["sessions_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * BulkRedrive
         * @description Which letters to redrive: open ones of one consumer, from behind `cursor`.
         * @example {
         *       "consumer": "roll_up_sessions",
         *       "limit": 20
         *     }
         */
        BulkRedrive: {
            /**
             * Consumer
             * @example attach_unlisted_games
             */
            consumer: string;
            /**
             * Cursor
             * @default null
             */
            cursor?: string | null;
            /**
             * Limit
             * @default 20
             */
            limit?: number;
        };
        /**
         * BulkRedriven
         * @description What became of them; `next_cursor` is absent when none is left behind the last one.
         */
        BulkRedriven: {
            /** Failed */
            failed: components["schemas"]["Redriven"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
            /** Redriven */
            redriven: number;
        };
        /**
         * Code
         * @description Every code a problem document or a rejected item can carry. Never renamed, never reused.
         * @enum {string}
         */
        Code: "invalid_request" | "invalid_body" | "invalid_item" | "too_old" | "in_future" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "stale" | "too_large" | "precondition_required" | "too_many_requests" | "internal" | "unavailable" | Other;
        /**
         * Comparison
         * @description How a player's documents and rows compare; up to 1,000 of each kind are looked at.
         */
        Comparison: {
            /** Differences */
            differences: components["schemas"]["Differing"][];
            /** Equal */
            equal: boolean;
            /** Rows */
            rows: {
                [key: string]: number;
            };
        };
        /**
         * Consumer
         * @description One consumer: failed events that come again, open dead letters, and its pause if any.
         *
         *     A name is listed while the tables hold a failure, a dead letter or a pause of it.
         *     reason: why one of the failing events failed, its end.
         */
        Consumer: {
            /** Consumer */
            consumer: string;
            failing: components["schemas"]["Waiting"];
            /** Open Dead Letters */
            open_dead_letters: number;
            /** @default null */
            paused?: components["schemas"]["Pause"] | null;
            /**
             * Reason
             * @default null
             */
            reason?: string | null;
        };
        /**
         * Detail
         * @description A dead letter with all that a redrive would send.
         *
         *     body: the body when it is JSON; else it is in `body_base64`. payload: the message inside a
         *     push request's body, when that is JSON.
         */
        Detail: {
            /**
             * Body
             * @default null
             */
            body?: unknown;
            /**
             * Body Base64
             * @default null
             */
            body_base64?: string | null;
            /** Code */
            code: string;
            /** Consumer */
            consumer: string;
            /** Dead Letter Id */
            dead_letter_id: string;
            /** Event Id */
            event_id: string;
            /** Headers */
            headers: {
                [key: string]: string;
            };
            /**
             * Occurred At
             * Format: date-time
             */
            occurred_at: string;
            /**
             * Payload
             * @default null
             */
            payload?: unknown;
            /** Reason */
            reason: string;
            /**
             * Recorded At
             * Format: date-time
             */
            recorded_at: string;
            /** Resolution */
            resolution?: string | null;
            /** Settled At */
            settled_at?: string | null;
            /** Settled By */
            settled_by?: string | null;
            /** State */
            state: string;
            /** Uid */
            uid?: string | null;
        };
        /**
         * Differing
         * @description One document that is not what its row says; the side that is missing is absent.
         */
        Differing: {
            /** Document */
            document?: {
                [key: string]: unknown;
            } | null;
            /** Item */
            item: string;
            /** Kind */
            kind: string;
            /** Row */
            row?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * Entry
         * @description One action of one operator.
         */
        Entry: {
            /** Action */
            action: string;
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Audit Id */
            audit_id: string;
            /** Detail */
            detail: {
                [key: string]: unknown;
            };
            /** Target */
            target: string;
        };
        /**
         * Erasure
         * @description A player's wish to be erased; `finished_at` is absent until nothing is left.
         */
        Erasure: {
            /**
             * Finished At
             * @default null
             */
            finished_at?: string | null;
            /**
             * Requested At
             * Format: date-time
             */
            requested_at: string;
        };
        /**
         * Executable
         * @description The end of a path by which a running program is known to be this game.
         */
        Executable: {
            /** Is Launcher */
            is_launcher: boolean;
            /** Os */
            os: string;
            /** Suffix */
            suffix: string;
        };
        /**
         * Export
         * @description Every row and document that is the player's.
         *
         *     tables: by table, what the player may see of each row.
         *     documents: by collection below the player, the documents with their `id`.
         *     truncated: what holds more than the export's limit of 20,000 and was cut there.
         */
        Export: {
            /** Documents */
            documents: {
                [key: string]: {
                    [key: string]: unknown;
                }[];
            };
            /**
             * Exported At
             * Format: date-time
             */
            exported_at: string;
            /** Tables */
            tables: {
                [key: string]: {
                    [key: string]: unknown;
                }[];
            };
            /** Truncated */
            truncated: string[];
        };
        /**
         * FieldError
         * @description What is wrong with one field or parameter; `field` is its path, joined by dots.
         */
        FieldError: {
            /** Detail */
            detail: string;
            /** Field */
            field: string;
        };
        /**
         * Game
         * @description A game in a list.
         */
        Game: {
            /** Game Id */
            game_id: string;
            /** Revision */
            revision: number;
            /** Title */
            title: string;
        };
        /**
         * GameDetail
         * @description All that is known of one game.
         */
        GameDetail: {
            /** Aliases */
            aliases: string[];
            /** Executables */
            executables: components["schemas"]["Executable"][];
            /** Game Id */
            game_id: string;
            /** Revision */
            revision: number;
            /** Stores */
            stores: components["schemas"]["Store"][];
            /** Title */
            title: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * Granted
         * @description An achievement that the player has.
         */
        Granted: {
            /** Achievement Id */
            achievement_id: string;
            /**
             * Granted At
             * Format: date-time
             */
            granted_at: string;
        };
        /**
         * Overview
         * @description Everything that waits somewhere of ours.
         */
        Overview: {
            /** Items */
            items: components["schemas"]["Consumer"][];
            outbox: components["schemas"]["Waiting"];
            projections_due: components["schemas"]["Waiting"];
        };
        /** Page[Entry] */
        Page_Entry_: {
            /** Items */
            items: components["schemas"]["Entry"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** Page[Game] */
        Page_Game_: {
            /** Items */
            items: components["schemas"]["Game"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** Page[Granted] */
        Page_Granted_: {
            /** Items */
            items: components["schemas"]["Granted"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** Page[PlaytimeDay] */
        Page_PlaytimeDay_: {
            /** Items */
            items: components["schemas"]["PlaytimeDay"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** Page[Summary] */
        Page_Summary_: {
            /** Items */
            items: components["schemas"]["Summary"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /**
         * Pause
         * @description Who paused a consumer, when and why.
         */
        Pause: {
            /**
             * Paused At
             * Format: date-time
             */
            paused_at: string;
            /** Paused By */
            paused_by: string;
            /** Reason */
            reason: string;
        };
        /**
         * PlaytimeDay
         * @description Playtime in one game on one local day.
         *
         *     unlisted: the hash that the client reported, for a game that the catalog does not know.
         */
        PlaytimeDay: {
            /**
             * Day
             * Format: date
             */
            day: string;
            /**
             * Game Id
             * @default null
             */
            game_id?: string | null;
            /** Play Ms */
            play_ms: number;
            /**
             * Unlisted
             * @default null
             */
            unlisted?: string | null;
        };
        /**
         * Problem
         * @description RFC 9457: what went wrong, for developers; `code` and `retry` are for the client.
         */
        Problem: {
            /**
             * Actual
             * @description With 413: how much it was, as far as it was counted.
             * @default null
             */
            actual?: number | null;
            code: components["schemas"]["Code"];
            /** Detail */
            detail: string;
            /**
             * Errors
             * @description With 400 and 422, where it is known: what is wrong with which field.
             * @default null
             */
            errors?: components["schemas"]["FieldError"][] | null;
            /**
             * Limit
             * @description With 413: the most that is taken, in bytes or in items.
             * @default null
             */
            limit?: number | null;
            retry: components["schemas"]["Retry"];
            /** Status */
            status: number;
            /** Title */
            title: string;
            /**
             * Trace
             * @default null
             */
            trace?: string | null;
            /** Type */
            type: string;
        };
        /**
         * Rebuild
         * @description What to project anew: one player's documents, or all of a kind from behind `cursor`.
         * @example {
         *       "kind": "stats",
         *       "uid": "ada"
         *     }
         */
        Rebuild: {
            /**
             * Cursor
             * @default null
             */
            cursor?: string | null;
            /**
             * Kind
             * @constant
             */
            kind: "stats";
            /**
             * Limit
             * @default 200
             */
            limit?: number;
            /**
             * Uid
             * @default null
             */
            uid?: string | null;
        };
        /**
         * Rebuilt
         * @description How many documents were written; `next_cursor` is absent when none is left.
         */
        Rebuilt: {
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
            /** Rebuilt */
            rebuilt: number;
        };
        /**
         * Receipt
         * @description What became of a batch.
         */
        Receipt: {
            /** Accepted */
            accepted: number;
            /** Duplicates */
            duplicates: number;
            /** Rejected */
            rejected: components["schemas"]["Rejection"][];
        };
        /**
         * Redriven
         * @description What became of one redrive: the letter's state, and what the consumer answered.
         */
        Redriven: {
            /** Dead Letter Id */
            dead_letter_id: string;
            /** Detail */
            detail: string;
            /** State */
            state: string;
            /** Status */
            status?: number | null;
        };
        /**
         * Rejection
         * @description Why one item was not taken.
         */
        Rejection: {
            code: components["schemas"]["Code"];
            /** Detail */
            detail: string;
            /**
             * Id
             * @default null
             */
            id?: string | null;
            /** Index */
            index: number;
            retry: components["schemas"]["Retry"];
        };
        /**
         * Report
         * @description One moment of a play session as a client saw it.
         *
         *     at: the client's wall clock with the player's UTC offset.
         *     unlisted: SHA-256 in lower-case hex of the normalised end of the program's path, for a game
         *         that the catalog does not know.
         *     boot_id, uptime_ms: which start of the machine, and the milliseconds since, sleep included.
         * @example {
         *       "at": "2026-11-24T20:00:00+01:00",
         *       "boot_id": "boot-118",
         *       "event_id": "2f1c9a50-started",
         *       "game_id": "3255",
         *       "install_id": "desktop-7f3a9c",
         *       "kind": "started",
         *       "session_id": "2f1c9a50-7d0e-4b8a-9a53-0c8e6f1d2b47",
         *       "uptime_ms": 5400000
         *     }
         * @example {
         *       "at": "2026-11-24T20:04:00+01:00",
         *       "boot_id": "boot-118",
         *       "event_id": "2f1c9a50-heartbeat",
         *       "game_id": "3255",
         *       "install_id": "desktop-7f3a9c",
         *       "kind": "heartbeat",
         *       "session_id": "2f1c9a50-7d0e-4b8a-9a53-0c8e6f1d2b47",
         *       "uptime_ms": 5640000
         *     }
         * @example {
         *       "at": "2026-11-24T20:08:00+01:00",
         *       "boot_id": "boot-118",
         *       "event_id": "2f1c9a50-ended",
         *       "game_id": "3255",
         *       "install_id": "desktop-7f3a9c",
         *       "kind": "ended",
         *       "session_id": "2f1c9a50-7d0e-4b8a-9a53-0c8e6f1d2b47",
         *       "uptime_ms": 5880000
         *     }
         */
        Report: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Boot Id */
            boot_id: string;
            /** Event Id */
            event_id: string;
            /**
             * Game Id
             * @default null
             */
            game_id?: string | null;
            /** Install Id */
            install_id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "started" | "heartbeat" | "ended";
            /** Session Id */
            session_id: string;
            /**
             * Unlisted
             * @default null
             */
            unlisted?: string | null;
            /** Uptime Ms */
            uptime_ms: number;
        };
        /** ReportBatch */
        ReportBatch: {
            /** Items */
            items: components["schemas"]["Report"][];
            /**
             * Sent At
             * Format: date-time
             * @description The client's clock at the moment of this send. Stamp it anew at every send, retries too: an old one moves the items.
             * @example 2026-11-24T20:08:05+01:00
             */
            sent_at: string;
        };
        /**
         * Resumed
         * @description A consumer that works again.
         */
        Resumed: {
            /** Consumer */
            consumer: string;
        };
        /**
         * Retry
         * @description What a client may do with the same request after a problem.
         * @enum {string}
         */
        Retry: "never" | "same" | "after-refresh" | "later" | Other;
        /**
         * Store
         * @description The game's id in one store, or in Discord's list of games.
         */
        Store: {
            /** Id */
            id: string;
            /** Store */
            store: string;
        };
        /**
         * Summary
         * @description A dead letter in a list; `reason` is cut to its last 200 characters.
         */
        Summary: {
            /** Code */
            code: string;
            /** Consumer */
            consumer: string;
            /** Dead Letter Id */
            dead_letter_id: string;
            /** Event Id */
            event_id: string;
            /**
             * Occurred At
             * Format: date-time
             */
            occurred_at: string;
            /** Reason */
            reason: string;
            /** State */
            state: string;
        };
        /**
         * Waiting
         * @description How many wait, counted up to 10,001, and since when the oldest of those counted does.
         */
        Waiting: {
            /**
             * Oldest At
             * @default null
             */
            oldest_at?: string | null;
            /** Waiting */
            waiting: number;
        };
        /**
         * WithReason
         * @description Why an operator does it; it is kept in the audit.
         * @example {
         *       "reason": "The catalog's import is being repaired."
         *     }
         */
        WithReason: {
            /** Reason */
            reason: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    operations_list_audit: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Entry_"];
                };
            };
            /** @description The caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operations_list_consumers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description The caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operations_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                consumer: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The catalog's import is being repaired."
                 *     }
                 */
                "application/json": components["schemas"]["WithReason"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pause"];
                };
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has the wrong shape */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operations_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                consumer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resumed"];
                };
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operations_list_dead_letters: {
        parameters: {
            query?: {
                consumer?: string | null;
                cursor?: string | null;
                limit?: number;
                state?: "open" | "redriven" | "resolved";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Summary_"];
                };
            };
            /** @description The caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operations_show_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                letter_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operations_redrive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                letter_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Redriven"];
                };
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operations_resolve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                letter_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The catalog's import is being repaired."
                 *     }
                 */
                "application/json": components["schemas"]["WithReason"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has the wrong shape */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operations_redrive_some: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "consumer": "roll_up_sessions",
                 *       "limit": 20
                 *     }
                 */
                "application/json": components["schemas"]["BulkRedrive"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkRedriven"];
                };
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has the wrong shape */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operations_compare: {
        parameters: {
            query: {
                uid: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comparison"];
                };
            };
            /** @description The caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operations_rebuild: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "kind": "stats",
                 *       "uid": "ada"
                 *     }
                 */
                "application/json": components["schemas"]["Rebuild"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rebuilt"];
                };
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has the wrong shape */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    catalog_search: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Game_"];
                };
            };
            /** @description The caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    catalog_game: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                game_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GameDetail"];
                };
            };
            /** @description The caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_erase: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    playtime_achieved: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Granted_"];
                };
            };
            /** @description The caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                };
            };
            /** @description The caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    playtime_days: {
        parameters: {
            query?: {
                cursor?: string | null;
                from?: string | null;
                limit?: number;
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PlaytimeDay_"];
                };
            };
            /** @description The caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sessions_report: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sent_at": "2026-11-24T20:08:05+01:00",
                 *       "items": [
                 *         {
                 *           "event_id": "2f1c9a50-started",
                 *           "kind": "started",
                 *           "at": "2026-11-24T20:00:00+01:00",
                 *           "uptime_ms": 5400000,
                 *           "session_id": "2f1c9a50-7d0e-4b8a-9a53-0c8e6f1d2b47",
                 *           "game_id": "3255",
                 *           "install_id": "desktop-7f3a9c",
                 *           "boot_id": "boot-118"
                 *         },
                 *         {
                 *           "event_id": "2f1c9a50-heartbeat",
                 *           "kind": "heartbeat",
                 *           "at": "2026-11-24T20:04:00+01:00",
                 *           "uptime_ms": 5640000,
                 *           "session_id": "2f1c9a50-7d0e-4b8a-9a53-0c8e6f1d2b47",
                 *           "game_id": "3255",
                 *           "install_id": "desktop-7f3a9c",
                 *           "boot_id": "boot-118"
                 *         },
                 *         {
                 *           "event_id": "2f1c9a50-ended",
                 *           "kind": "ended",
                 *           "at": "2026-11-24T20:08:00+01:00",
                 *           "uptime_ms": 5880000,
                 *           "session_id": "2f1c9a50-7d0e-4b8a-9a53-0c8e6f1d2b47",
                 *           "game_id": "3255",
                 *           "install_id": "desktop-7f3a9c",
                 *           "boot_id": "boot-118"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ReportBatch"];
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description The request could not be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No valid sign-in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has the wrong shape */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part of us is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
