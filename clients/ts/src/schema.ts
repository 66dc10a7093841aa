// Generated from docs/openapi.json by `npm run generate`; do not edit.

/** A value of a newer server; editors still complete the known values of an enum. */
export type Other = string & {};
export interface paths {
    "/v1/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List operators' actions, newest first. */
        get: operations["listAuditEntries"];
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
        /** List consumers, each with its backlog and whether it is paused. */
        get: operations["listConsumers"];
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
        /** Pause a consumer. Waiting events are redelivered after the consumer is resumed. */
        post: operations["pauseConsumer"];
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
        /** Resume a consumer. */
        post: operations["resumeConsumer"];
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
        /** List dead letters, oldest first. */
        get: operations["listDeadLetters"];
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
        /** Return one dead letter with its headers and body. */
        get: operations["getDeadLetter"];
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
        /** Redrive one dead letter and return the consumer's response. */
        post: operations["redriveDeadLetter"];
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
        /** Resolve one dead letter without redriving it. */
        post: operations["resolveDeadLetter"];
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
        /** Redrive one page of a consumer's open dead letters. */
        post: operations["redriveDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/entitlements/{uid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a player's plans, including expired ones. */
        get: operations["listEntitlements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/entitlements/{uid}/{plan}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Grant a player a plan, or change the plan's expiry. */
        put: operations["grantEntitlement"];
        post?: never;
        /** Revoke a player's plan. */
        delete: operations["revokeEntitlement"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/games": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a game; return 409 if a game with this title exists. */
        post: operations["createGame"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/games/{game_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return a game's editable data, even if the game was merged into another. */
        get: operations["getEditableGame"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Edit a game; a list in the body replaces the stored list. */
        patch: operations["editGame"];
        trace?: never;
    };
    "/v1/admin/games/{game_id}/art": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return a game's art and the state of its latest uploads, with any reason for rejection. */
        get: operations["getGameArt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/games/{game_id}/art/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create an upload for a game's icon, cover or banner. */
        post: operations["createGameArtUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/games/{game_id}/art/{kind}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Queue an uploaded image for processing. The image is then published or rejected. */
        post: operations["publishGameArt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/games/{game_id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Merge a game into another game, and return the other game.
         * @description The merged game's id redirects to the other game. Playtime is moved within minutes.
         */
        post: operations["mergeGame"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import a list of games: JSON Lines or an array like Discord's `applications/detectable`.
         * @description If `format` is omitted, the format is detected from the start of the list. Send a long list in
         *     consecutive parts with the same `import_id`, and set `first` to the position of each part's
         *     first record. Importing a record again changes nothing.
         */
        post: operations["importGames"];
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
        /** Compare a player's documents with the rows from which they are copied. */
        get: operations["compareProjections"];
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
        /** Rebuild documents from rows, for one player or for the next page of all players. */
        post: operations["rebuildProjections"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/roles/{uid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return the roles that the player's next token will contain. */
        get: operations["getRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/roles/{uid}/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Grant a player a role. */
        put: operations["grantRole"];
        post?: never;
        /** Revoke a player's role; admins cannot revoke their own `admin` role. */
        delete: operations["revokeRole"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/creator/games/{game_id}/builds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all builds of a game, newest first, including builds registered by other creators. */
        get: operations["listBuilds"];
        put?: never;
        /** Register a build of a game and the marks that identify the build. */
        post: operations["createBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/creator/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the caller's tools, oldest first. */
        get: operations["listOwnTools"];
        put?: never;
        /** Create a tool for a game. */
        post: operations["createTool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/creator/tools/{tool_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one of the caller's tools. */
        get: operations["getOwnTool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a tool's text or the plan that the tool requires. */
        patch: operations["editTool"];
        trace?: never;
    };
    "/v1/creator/tools/{tool_id}/art": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return a tool's art and the state of its latest uploads, with any reason for rejection. */
        get: operations["getToolArt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/creator/tools/{tool_id}/art/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create an upload URL for a tool's icon, cover or banner. */
        post: operations["createToolArtUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/creator/tools/{tool_id}/art/{kind}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Queue an uploaded image for processing. The image is then published or rejected. */
        post: operations["publishToolArt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/creator/tools/{tool_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a tool's versions in every state, highest version first. */
        get: operations["listOwnVersions"];
        put?: never;
        /** Create a draft version of a tool. */
        post: operations["createVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/creator/tools/{tool_id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one of the caller's versions, with its state and the result of its verification. */
        get: operations["getOwnVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a draft version or a rejected version. */
        patch: operations["editVersion"];
        trace?: never;
    };
    "/v1/creator/tools/{tool_id}/versions/{version}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Queue the uploaded file for verification. The version is then published or rejected.
         * @description Returns 409 if no file was uploaded, or if a dependency has no published version in its range.
         */
        post: operations["publishVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/creator/tools/{tool_id}/versions/{version}/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create an upload URL for the version's file; the URL is valid for one hour. */
        post: operations["createVersionUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/creator/tools/{tool_id}/versions/{version}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraw a version so that it can no longer be downloaded. */
        post: operations["withdrawVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/detection/{os}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return the URLs of the current list and, if available, of the delta from version `from`. */
        get: operations["getDetectionList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/downloads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Return a URL for downloading the version's file; the URL is valid for five minutes.
         * @description The player must have the plan that the tool requires. If `build_id` is given, the version must
         *     also fit that build of the game. A download URL works until it expires, even if the version is
         *     withdrawn in the meantime.
         */
        post: operations["createDownload"];
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
        /**
         * List games by title, or search for games whose names contain every word of `q`.
         * @description Each word in `q` is matched as a prefix of words in any language. Popular games are listed
         *     first. Without `q`, games are ordered by English title, regardless of `locale`. A page may be
         *     shorter than `limit`, or even empty; only the last page has no `next_cursor`.
         */
        get: operations["listGames"];
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
        /**
         * Return one game with its aliases, store ids, executables and newest builds.
         * @description If the game was merged into another, the response redirects to that game.
         */
        get: operations["getGame"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/games/{game_id}/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a game's tools, each with the newest version per channel that fits `build`.
         * @description If the game was merged into another, the response redirects to that game.
         */
        get: operations["listGameTools"];
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
        /** Request the deletion of everything stored about the caller. */
        delete: operations["deleteAccount"];
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
        /** List the caller's achievements, oldest first. */
        get: operations["listAchievements"];
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
        /** Return every row and document stored about the caller. */
        get: operations["exportAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/library": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the games on the caller's installations, ordered by id. */
        get: operations["listLibraryGames"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/library:match": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Match items on disk to games without storing anything. */
        post: operations["matchLibrary"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/library/{install_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Replace the list of games on one of the caller's installations. */
        put: operations["replaceInstallation"];
        post?: never;
        /** Delete one of the caller's installations and its list of games. */
        delete: operations["deleteInstallation"];
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
         * List the caller's playtime by local day and game, from `from` to `to` inclusive.
         * @description The date range may span up to 366 days; the default is the last 30 days. Days without playtime
         *     are omitted.
         */
        get: operations["listPlaytime"];
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
        /** Accept reports of the caller's play sessions; playtime is updated shortly afterwards. */
        post: operations["reportSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tools/{tool_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return one tool with the newest version per channel that fits `build`.
         * @description The download count may be a few minutes old.
         */
        get: operations["getTool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tools/{tool_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a tool's published versions that fit `build`, newest first. */
        get: operations["listToolVersions"];
        put?: never;
        post?: never;
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
         * AccountExport
         * @description All rows and documents of a player.
         *
         *     tables: the rows of each table, with the columns that the player may see.
         *     documents: the documents of each collection under the player's document, with their `id`.
         *     truncated: the tables and collections that were cut off at the limit of 20,000 entries.
         */
        AccountExport: {
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
         * Achievement
         * @description An achievement that was granted to a player.
         */
        Achievement: {
            /** Achievement Id */
            achievement_id: string;
            /**
             * Granted At
             * Format: date-time
             */
            granted_at: string;
        };
        /**
         * ActionReason
         * @description The operator's reason for the action, which is recorded in the audit log.
         * @example {
         *       "reason": "The catalog's import is being repaired."
         *     }
         */
        ActionReason: {
            /** Reason */
            reason: string;
        };
        /**
         * Art
         * @description A picture in every size of its kind, with the colour to show until the picture is loaded.
         */
        Art: {
            /** Colour */
            colour: string;
            /** Sizes */
            sizes: components["schemas"]["ArtSize"][];
        };
        /**
         * ArtSize
         * @description One size of a picture, in pixels; the content at its URL never changes.
         */
        ArtSize: {
            /** Height */
            height: number;
            /** Url */
            url: string;
            /** Width */
            width: number;
        };
        /**
         * ArtStatus
         * @description The published art, and the last upload of each kind.
         */
        ArtStatus: {
            /** Art */
            art: {
                [key: string]: components["schemas"]["Art"];
            };
            /** Uploads */
            uploads: {
                [key: string]: components["schemas"]["ArtUpload"];
            };
        };
        /**
         * ArtUpload
         * @description The last upload of a kind and its state, with the `reason` if it was rejected.
         */
        ArtUpload: {
            /**
             * Reason
             * @default null
             */
            reason?: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "waiting" | "processing" | "published" | "rejected" | Other;
            /** Upload Id */
            upload_id: string;
        };
        /**
         * AuditEntry
         * @description One action of one operator.
         */
        AuditEntry: {
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
         * Backlog
         * @description The number of waiting entries, capped at 10,001, and the time of the oldest entry.
         */
        Backlog: {
            /**
             * Oldest At
             * @default null
             */
            oldest_at?: string | null;
            /** Waiting */
            waiting: number;
        };
        /**
         * Build
         * @description A build of a game.
         */
        Build: {
            /** Build Id */
            build_id: string;
            /** Game Id */
            game_id: string;
            /** Marks */
            marks: components["schemas"]["BuildMark"][];
            /** Name */
            name: string;
            /**
             * Released At
             * Format: date-time
             */
            released_at: string;
        };
        /**
         * BuildMark
         * @description A fact that identifies a build: a store's build id, or the hash of an executable.
         *
         *     kind: the store's name, `sha1`, `sha512` or `murmur2`. SHA hashes are lower-case hex; murmur2
         *     (CurseForge's, seed 1) is a decimal number.
         */
        BuildMark: {
            /** Kind */
            kind: string;
            /** Value */
            value: string;
        };
        /**
         * BuildRef
         * @description A build of the game, used as a bound of a range.
         */
        BuildRef: {
            /** Build Id */
            build_id: string;
            /** Name */
            name: string;
        };
        /**
         * ChoiceDefinition
         * @description One of the values of a choice.
         */
        ChoiceDefinition: {
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /** Value */
            value: string;
        };
        /**
         * Code
         * @description The codes of problem documents and rejected items, which are never renamed or reused.
         * @enum {string}
         */
        Code: "invalid_request" | "invalid_body" | "invalid_item" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "stale" | "too_large" | "precondition_required" | "too_many_requests" | "internal" | "unavailable" | "too_old" | "in_future" | "plan_required" | "not_published" | "build_not_supported" | "withdrawn" | Other;
        /**
         * Consumer
         * @description A consumer, with its backlog of failed events, its open dead letters and its pause.
         *
         *     A consumer is listed while the database records a failure, dead letter or pause for it.
         *
         *     reason: why one of the events failed, truncated to the last 200 characters.
         */
        Consumer: {
            /** Consumer */
            consumer: string;
            failing: components["schemas"]["Backlog"];
            /** Open Dead Letters */
            open_dead_letters: number;
            /** @default null */
            paused?: components["schemas"]["ConsumerPause"] | null;
            /**
             * Reason
             * @default null
             */
            reason?: string | null;
        };
        /**
         * ConsumerPause
         * @description A consumer's pause: who paused it, when and why.
         */
        ConsumerPause: {
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
         * ConsumersOverview
         * @description The backlogs of all consumers, of the outbox and of the projections.
         */
        ConsumersOverview: {
            /** Items */
            items: components["schemas"]["Consumer"][];
            outbox: components["schemas"]["Backlog"];
            projections_due: components["schemas"]["Backlog"];
        };
        /**
         * DeadLetter
         * @description A dead letter in a list; `reason` is truncated to its last 200 characters.
         */
        DeadLetter: {
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
         * DeadLetterDetail
         * @description A dead letter with the headers and body that a redrive would send.
         *
         *     body: the body if it is JSON; any other body is in `body_base64`. payload: the message inside a
         *     push request's body, if it is JSON.
         */
        DeadLetterDetail: {
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
         * Dependency
         * @description A tool that this version requires, and the range of acceptable versions.
         * @example {
         *       "range": ">=1.2.0 <2.0.0",
         *       "tool_id": "7"
         *     }
         */
        Dependency: {
            /** Range */
            range: string;
            /** Tool Id */
            tool_id: string;
        };
        /**
         * DetectionList
         * @description The files of the newest list: the whole list, and a delta from the client's version if any.
         *
         *     Hashes are SHA-256 of the uncompressed JSON; sizes are the compressed bytes.
         */
        DetectionList: {
            /**
             * Delta Sha256
             * @default null
             */
            delta_sha256?: string | null;
            /**
             * Delta Size
             * @default null
             */
            delta_size?: number | null;
            /**
             * Delta Url
             * @default null
             */
            delta_url?: string | null;
            /** Sha256 */
            sha256: string;
            /** Size */
            size: number;
            /** Url */
            url: string;
            /** Version */
            version: number;
        };
        /**
         * Download
         * @description The artifact's URL, valid until `expires_at`; verify the SHA-256 before running the file.
         */
        Download: {
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Sha256 */
            sha256: string;
            /** Size */
            size: number;
            /** Url */
            url: string;
        };
        /**
         * EditableExecutable
         * @description A stored executable, which may violate rules that apply only to new executables.
         */
        EditableExecutable: {
            /** Is Launcher */
            is_launcher: boolean;
            /** Name */
            name: string;
            /** Os */
            os: string;
        };
        /**
         * EditableGame
         * @description A game's editable data; `merged_into` is the surviving game if the game was merged.
         */
        EditableGame: {
            /** Aliases */
            aliases: string[];
            /** Executables */
            executables: components["schemas"]["EditableExecutable"][];
            /** Game Id */
            game_id: string;
            /**
             * Merged Into
             * @default null
             */
            merged_into?: string | null;
            /** Revision */
            revision: number;
            /** Stores */
            stores: components["schemas"]["GameStore"][];
            /** Title */
            title: string;
            /** Titles */
            titles: {
                [key: string]: string;
            };
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * Entitlement
         * @description A plan that a player has; `until` is absent if it does not expire.
         *
         *     source: who granted it.
         */
        Entitlement: {
            /** Plan */
            plan: string;
            /** Source */
            source: string;
            /**
             * Until
             * @default null
             */
            until?: string | null;
        };
        /**
         * Erasure
         * @description A player's erasure request; `finished_at` is absent until everything is deleted.
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
         * FieldError
         * @description An error in one field or parameter, where `field` is its dotted path.
         */
        FieldError: {
            /** Detail */
            detail: string;
            /** Field */
            field: string;
        };
        /**
         * FittingTool
         * @description A tool and its newest version that fits.
         */
        FittingTool: {
            /** Tool Id */
            tool_id: string;
            /** Version */
            version: string;
        };
        /**
         * Game
         * @description A game in a list, where `locale` is the language of the title.
         */
        Game: {
            /** Game Id */
            game_id: string;
            /**
             * Locale
             * @default en
             */
            locale?: string;
            /** Revision */
            revision: number;
            /** Title */
            title: string;
        };
        /**
         * GameBuild
         * @description A version of the game.
         */
        GameBuild: {
            /** Build Id */
            build_id: string;
            /** Name */
            name: string;
            /**
             * Released At
             * Format: date-time
             */
            released_at: string;
        };
        /**
         * GameChanges
         * @description Changes to a game; only the members that are present replace stored values.
         * @example {
         *       "aliases": [
         *         "Serf City"
         *       ]
         *     }
         */
        GameChanges: {
            /**
             * Aliases
             * @default null
             */
            aliases?: string[] | null;
            /**
             * Executables
             * @default null
             */
            executables?: components["schemas"]["NewGameExecutable"][] | null;
            /**
             * Stores
             * @default null
             */
            stores?: components["schemas"]["NewGameStore"][] | null;
            /**
             * Title
             * @default null
             */
            title?: string | null;
            /**
             * Titles
             * @default null
             */
            titles?: {
                [key: string]: string;
            } | null;
        };
        /**
         * GameDetail
         * @description All details of one game.
         *
         *     locale: the language of the title, which is English if there is no translation.
         *     builds: the newest builds.
         */
        GameDetail: {
            /** Aliases */
            aliases: string[];
            /** Art */
            art: {
                [key: string]: components["schemas"]["Art"];
            };
            /** Builds */
            builds: components["schemas"]["GameBuild"][];
            /** Executables */
            executables: components["schemas"]["GameExecutable"][];
            /** Game Id */
            game_id: string;
            /** Locale */
            locale: string;
            /** Revision */
            revision: number;
            /** Stores */
            stores: components["schemas"]["GameStore"][];
            /** Title */
            title: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * GameExecutable
         * @description A path suffix that identifies a running program as this game.
         */
        GameExecutable: {
            /** Is Launcher */
            is_launcher: boolean;
            /** Os */
            os: string;
            /** Suffix */
            suffix: string;
        };
        /**
         * GameStore
         * @description The game's id in one store, or in Discord's list of games.
         */
        GameStore: {
            /** Id */
            id: string;
            /** Store */
            store: string;
        };
        /**
         * ImportReport
         * @description The number of records by outcome; `rejected` lists only the first hundred.
         *
         *     merged: records that were matched by an id and added facts to a game with a different title.
         */
        ImportReport: {
            /**
             * Created
             * @default 0
             */
            created?: number;
            /**
             * Merged
             * @default 0
             */
            merged?: number;
            /**
             * Rejected
             * @default []
             */
            rejected?: components["schemas"]["RejectedRecord"][];
            /**
             * Rejected Count
             * @default 0
             */
            rejected_count?: number;
            /**
             * Unchanged
             * @default 0
             */
            unchanged?: number;
            /**
             * Updated
             * @default 0
             */
            updated?: number;
        };
        /**
         * Installation
         * @description The result of replacing an installation's list of games, including the rejected entries.
         */
        Installation: {
            /** Entries */
            entries: number;
            /** Install Id */
            install_id: string;
            /** Rejected */
            rejected: components["schemas"]["Rejection"][];
            /**
             * Replaced At
             * Format: date-time
             */
            replaced_at: string;
        };
        /**
         * InstalledCopy
         * @description An installation that has the game, and the build if known.
         */
        InstalledCopy: {
            /**
             * Build Id
             * @default null
             */
            build_id?: string | null;
            /** Install Id */
            install_id: string;
        };
        /**
         * InstalledGame
         * @description A game on an installation, and its build if known.
         * @example {
         *       "build_id": "12",
         *       "game_id": "3255"
         *     }
         */
        InstalledGame: {
            /**
             * Build Id
             * @default null
             */
            build_id?: string | null;
            /** Game Id */
            game_id: string;
        };
        /** InstalledGames */
        InstalledGames: {
            /** Items */
            items: components["schemas"]["InstalledGame"][];
        };
        /**
         * LibraryGame
         * @description A game on at least one of the player's installations.
         */
        LibraryGame: {
            /** Game Id */
            game_id: string;
            /** Installations */
            installations: components["schemas"]["InstalledCopy"][];
            /** Title */
            title: string;
        };
        /**
         * LibraryItem
         * @description An item on disk; the more fields the client sets, the better the match.
         *
         *     path: the program's path, as the operating system writes it. The path is never stored, because
         *     it may contain a person's name.
         *     sha1, sha512, murmur2: hashes of the program file. murmur2 uses seed 1, as on CurseForge.
         *     store_build_id: the store's id of the installed build.
         * @example {
         *       "id": "steam-620",
         *       "os": "win32",
         *       "path": "D:\\SteamLibrary\\steamapps\\common\\Portal 2\\portal2.exe",
         *       "store": "steam",
         *       "store_id": "620"
         *     }
         * @example {
         *       "id": "found-17",
         *       "os": "linux",
         *       "path": "/home/ada/Games/undertale/UNDERTALE.exe"
         *     }
         */
        LibraryItem: {
            /** Id */
            id: string;
            /**
             * Murmur2
             * @default null
             */
            murmur2?: number | null;
            /**
             * Os
             * @default null
             */
            os?: ("win32" | "darwin" | "linux") | null;
            /**
             * Path
             * @default null
             */
            path?: string | null;
            /**
             * Sha1
             * @default null
             */
            sha1?: string | null;
            /**
             * Sha512
             * @default null
             */
            sha512?: string | null;
            /**
             * Store
             * @default null
             */
            store?: string | null;
            /**
             * Store Build Id
             * @default null
             */
            store_build_id?: string | null;
            /**
             * Store Id
             * @default null
             */
            store_id?: string | null;
        };
        /** LibraryItemBatch */
        LibraryItemBatch: {
            /** Items */
            items: components["schemas"]["LibraryItem"][];
            /**
             * Sent At
             * Format: date-time
             * @description The time on the client's clock when it sends this request. Set it again for every send, including retries; an old value shifts the items in time.
             * @example 2026-11-24T20:08:05+01:00
             */
            sent_at: string;
        };
        /**
         * LibraryMatch
         * @description The match for an item: one game, several candidates, or no game.
         *
         *     why: the strongest evidence. tools: for each of the game's tools, the newest stable version that
         *         fits the build, or the newest stable version if the build is unknown.
         */
        LibraryMatch: {
            /**
             * Build Id
             * @default null
             */
            build_id?: string | null;
            /**
             * Candidates
             * @default null
             */
            candidates?: components["schemas"]["MatchCandidate"][] | null;
            /**
             * Confidence
             * @default 0
             */
            confidence?: number;
            /**
             * Evidence
             * @default null
             */
            evidence?: ("fingerprint" | "store_id" | "path" | "file_name" | "folder" | "program_name")[] | null;
            /**
             * Game Id
             * @default null
             */
            game_id?: string | null;
            /** Id */
            id: string;
            /**
             * Title
             * @default null
             */
            title?: string | null;
            /**
             * Tools
             * @default []
             */
            tools?: components["schemas"]["FittingTool"][];
            /**
             * Why
             * @default null
             */
            why?: ("fingerprint" | "store_id" | "path" | "file_name" | "folder" | "program_name") | null;
        };
        /**
         * LibraryMatches
         * @description The receipt for a batch, with one match per accepted item, in the order of the items.
         */
        LibraryMatches: {
            /** Accepted */
            accepted: number;
            /** Duplicates */
            duplicates: number;
            /** Items */
            items: components["schemas"]["LibraryMatch"][];
            /** Rejected */
            rejected: components["schemas"]["Rejection"][];
        };
        /**
         * MatchCandidate
         * @description A game that may match an item, with the evidence for the match, strongest first.
         */
        MatchCandidate: {
            /** Confidence */
            confidence: number;
            /** Evidence */
            evidence: ("fingerprint" | "store_id" | "path" | "file_name" | "folder" | "program_name")[];
            /** Game Id */
            game_id: string;
            /** Title */
            title: string;
            /**
             * Why
             * @enum {string}
             */
            why: "fingerprint" | "store_id" | "path" | "file_name" | "folder" | "program_name" | Other;
        };
        /**
         * MergeRequest
         * @description The game to merge into.
         * @example {
         *       "into": "3256"
         *     }
         */
        MergeRequest: {
            /** Into */
            into: string;
        };
        /**
         * NewArtUpload
         * @description The image's size in bytes and its type; the upload URL accepts nothing else.
         * @example {
         *       "content_type": "image/png",
         *       "size": 48213
         *     }
         */
        NewArtUpload: {
            /**
             * Content Type
             * @enum {string}
             */
            content_type: "image/png" | "image/jpeg" | "image/webp";
            /** Size */
            size: number;
        };
        /**
         * NewBuild
         * @description A build to register for a game.
         * @example {
         *       "marks": [
         *         {
         *           "kind": "steam",
         *           "value": "12817491"
         *         }
         *       ],
         *       "name": "1.62 hotfix 2",
         *       "released_at": "2026-11-20T12:00:00Z"
         *     }
         */
        NewBuild: {
            /** Marks */
            marks: components["schemas"]["BuildMark"][];
            /** Name */
            name: string;
            /**
             * Released At
             * Format: date-time
             */
            released_at: string;
        };
        /**
         * NewDownload
         * @description The tool version to download; `build_id` is the player's build of the game, if known.
         * @example {
         *       "build_id": "12",
         *       "tool_id": "7",
         *       "version": "1.2.0"
         *     }
         */
        NewDownload: {
            /**
             * Build Id
             * @default null
             */
            build_id?: string | null;
            /** Tool Id */
            tool_id: string;
            /** Version */
            version: string;
        };
        /**
         * NewGame
         * @description A game to create; `titles` maps each language except English to the translated title.
         * @example {
         *       "executables": [
         *         {
         *           "name": "settlers/s.exe",
         *           "os": "win32"
         *         }
         *       ],
         *       "stores": [
         *         {
         *           "id": "1207658786",
         *           "store": "gog"
         *         }
         *       ],
         *       "title": "The Settlers",
         *       "titles": {
         *         "de": "Die Siedler"
         *       }
         *     }
         */
        NewGame: {
            /**
             * Aliases
             * @default []
             */
            aliases?: string[];
            /**
             * Executables
             * @default []
             */
            executables?: components["schemas"]["NewGameExecutable"][];
            /**
             * Stores
             * @default []
             */
            stores?: components["schemas"]["NewGameStore"][];
            /** Title */
            title: string;
            /**
             * Titles
             * @default {}
             */
            titles?: {
                [key: string]: string;
            };
        };
        /**
         * NewGameExecutable
         * @description A program's path suffix; unlike in an import, unknown members are rejected.
         */
        NewGameExecutable: {
            /**
             * Is Launcher
             * @default false
             */
            is_launcher?: boolean;
            /** Name */
            name: string;
            /**
             * Os
             * @enum {string}
             */
            os: "win32" | "darwin" | "linux";
        };
        /**
         * NewGameStore
         * @description The game's id in a store; unlike in an import, unknown members are rejected.
         */
        NewGameStore: {
            /** Id */
            id: string;
            /** Store */
            store: string;
        };
        /**
         * NewTool
         * @description A tool for a game; `plan` is the plan that a download requires, if any.
         * @example {
         *       "game_id": "3255",
         *       "kind": "trainer",
         *       "texts": {
         *         "en": {
         *           "name": "Calm Seas",
         *           "summary": "No storms."
         *         }
         *       }
         *     }
         */
        NewTool: {
            /** Game Id */
            game_id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "trainer" | "mod" | "widget" | "config_pack";
            /**
             * Plan
             * @default null
             */
            plan?: string | null;
            /** Texts */
            texts: {
                [key: string]: components["schemas"]["ToolText"];
            };
        };
        /**
         * NewUpload
         * @description The file to upload: its size in bytes, and its SHA-256 in lower-case hex if known.
         * @example {
         *       "size": 1048576
         *     }
         */
        NewUpload: {
            /**
             * Sha256
             * @default null
             */
            sha256?: string | null;
            /** Size */
            size: number;
        };
        /**
         * NewVersion
         * @description A draft for builds `first_build_id` to `last_build_id`; an absent bound sets no limit.
         * @example {
         *       "channel": "stable",
         *       "first_build_id": "11",
         *       "options": [
         *         {
         *           "default": true,
         *           "id": "calm_seas",
         *           "kind": "toggle",
         *           "labels": {
         *             "en": "Calm seas"
         *           }
         *         }
         *       ],
         *       "version": "1.4.0"
         *     }
         */
        NewVersion: {
            /**
             * Channel
             * @enum {string}
             */
            channel: "stable" | "beta" | "alpha";
            /**
             * Dependencies
             * @default []
             */
            dependencies?: components["schemas"]["Dependency"][];
            /**
             * First Build Id
             * @default null
             */
            first_build_id?: string | null;
            /**
             * Last Build Id
             * @default null
             */
            last_build_id?: string | null;
            /**
             * Options
             * @default []
             */
            options?: components["schemas"]["OptionDefinition"][];
            /** Version */
            version: string;
        };
        /**
         * OptionDefinition
         * @description A setting that a player can change, or an action that a player can trigger.
         *
         *     group: the heading under which the option is shown. List options of the same group
         *         consecutively.
         *     default: true or false for a toggle, a number between `min` and `max`, one of the `choices`,
         *     text of at most 200 characters, or a key such as `Ctrl+KeyK`. An action has no default.
         *     replaces: the id of an earlier version's option whose setting this option takes over.
         * @example {
         *       "default": 2,
         *       "id": "speed",
         *       "kind": "number",
         *       "labels": {
         *         "en": "Speed"
         *       },
         *       "max": 10,
         *       "min": 1,
         *       "step": 1
         *     }
         */
        OptionDefinition: {
            /**
             * Choices
             * @default null
             */
            choices?: components["schemas"]["ChoiceDefinition"][] | null;
            /**
             * Default
             * @default null
             */
            default?: boolean | number | string | null;
            /**
             * Group
             * @default null
             */
            group?: {
                [key: string]: string;
            } | null;
            /** Id */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "toggle" | "number" | "choice" | "text" | "key" | "action";
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /**
             * Max
             * @default null
             */
            max?: number | null;
            /**
             * Min
             * @default null
             */
            min?: number | null;
            /**
             * Replaces
             * @default null
             */
            replaces?: string | null;
            /**
             * Step
             * @default null
             */
            step?: number | null;
        };
        /**
         * OwnTool
         * @description A tool as its creator sees it.
         */
        OwnTool: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Game Id */
            game_id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "trainer" | "mod" | "widget" | "config_pack" | Other;
            /**
             * Plan
             * @default null
             */
            plan?: string | null;
            /** Revision */
            revision: number;
            /** Texts */
            texts: {
                [key: string]: components["schemas"]["ToolText"];
            };
            /** Tool Id */
            tool_id: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * OwnVersion
         * @description A version as its creator sees it.
         *
         *     size, sha256: the values announced with the upload or, after verification, computed from the
         *     file.
         */
        OwnVersion: {
            /**
             * Channel
             * @enum {string}
             */
            channel: "stable" | "beta" | "alpha" | Other;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Dependencies */
            dependencies: components["schemas"]["Dependency"][];
            /**
             * First Build Id
             * @default null
             */
            first_build_id?: string | null;
            /**
             * Last Build Id
             * @default null
             */
            last_build_id?: string | null;
            /** Options */
            options: components["schemas"]["OptionDefinition"][];
            /**
             * Published At
             * @default null
             */
            published_at?: string | null;
            /** @default null */
            reason?: components["schemas"]["VersionReason"] | null;
            /** Revision */
            revision: number;
            /**
             * Sha256
             * @default null
             */
            sha256?: string | null;
            /**
             * Size
             * @default null
             */
            size?: number | null;
            /**
             * State
             * @enum {string}
             */
            state: "draft" | "verifying" | "published" | "rejected" | "withdrawn" | Other;
            /** Tool Id */
            tool_id: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: string;
        };
        /** AchievementPage */
        Page_Achievement_: {
            /** Items */
            items: components["schemas"]["Achievement"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** AuditEntryPage */
        Page_AuditEntry_: {
            /** Items */
            items: components["schemas"]["AuditEntry"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** BuildPage */
        Page_Build_: {
            /** Items */
            items: components["schemas"]["Build"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** DeadLetterPage */
        Page_DeadLetter_: {
            /** Items */
            items: components["schemas"]["DeadLetter"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** EntitlementPage */
        Page_Entitlement_: {
            /** Items */
            items: components["schemas"]["Entitlement"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** GamePage */
        Page_Game_: {
            /** Items */
            items: components["schemas"]["Game"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** LibraryGamePage */
        Page_LibraryGame_: {
            /** Items */
            items: components["schemas"]["LibraryGame"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** OwnToolPage */
        Page_OwnTool_: {
            /** Items */
            items: components["schemas"]["OwnTool"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** OwnVersionPage */
        Page_OwnVersion_: {
            /** Items */
            items: components["schemas"]["OwnVersion"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** PlaytimeDayPage */
        Page_PlaytimeDay_: {
            /** Items */
            items: components["schemas"]["PlaytimeDay"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** ToolPage */
        Page_Tool_: {
            /** Items */
            items: components["schemas"]["Tool"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /** ToolVersionPage */
        Page_ToolVersion_: {
            /** Items */
            items: components["schemas"]["ToolVersion"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
        };
        /**
         * PlanGrant
         * @description The time at which the player's plan expires; without `until`, the plan never expires.
         * @example {
         *       "until": "2027-11-24T00:00:00Z"
         *     }
         */
        PlanGrant: {
            /**
             * Until
             * @default null
             */
            until?: string | null;
        };
        /**
         * PlaytimeDay
         * @description Playtime in one game on one local day.
         *
         *     unlisted: the hash that the client reported, for a game that is not in the catalog.
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
         * @description An RFC 9457 problem; clients evaluate `code` and `retry`, and developers read the text.
         */
        Problem: {
            /**
             * Actual
             * @description With 413: the actual size, as far as it was counted.
             * @default null
             */
            actual?: number | null;
            code: components["schemas"]["Code"];
            /** Detail */
            detail: string;
            /**
             * Errors
             * @description With 400 and 422: the invalid fields or parameters, if known.
             * @default null
             */
            errors?: components["schemas"]["FieldError"][] | null;
            /**
             * First Build
             * @description With `build_not_supported`: the first build that fits, if there is one.
             * @default null
             */
            first_build?: string | null;
            /**
             * Last Build
             * @description With `build_not_supported`: the last build that fits, if there is one.
             * @default null
             */
            last_build?: string | null;
            /**
             * Limit
             * @description With 413: the maximum, in bytes or items.
             * @default null
             */
            limit?: number | null;
            /**
             * Plan
             * @description With `plan_required`: the plan that is needed.
             * @default null
             */
            plan?: string | null;
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
         * ProjectionComparison
         * @description The differences between a player's documents and rows, for up to 1,000 of each kind.
         */
        ProjectionComparison: {
            /** Differences */
            differences: components["schemas"]["ProjectionDifference"][];
            /** Equal */
            equal: boolean;
            /** Rows */
            rows: {
                [key: string]: number;
            };
        };
        /**
         * ProjectionDifference
         * @description A document that differs from its row; `row` or `document` is absent if it does not exist.
         */
        ProjectionDifference: {
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
         * RebuildRequest
         * @description The kind of documents to rebuild, for one player or for all players after `cursor`.
         * @example {
         *       "kind": "stats",
         *       "uid": "ada"
         *     }
         */
        RebuildRequest: {
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
         * RebuildResult
         * @description The number of documents written; `next_cursor` is absent if no documents remain.
         */
        RebuildResult: {
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
         * @description The outcome of a batch.
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
         * RedriveRequest
         * @description The consumer whose open dead letters are redriven, starting after `cursor`.
         * @example {
         *       "consumer": "roll_up_sessions",
         *       "limit": 20
         *     }
         */
        RedriveRequest: {
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
         * RedriveResult
         * @description The result of a redrive: the dead letter's state, and the consumer's response.
         */
        RedriveResult: {
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
         * RedriveResults
         * @description The results of redriving one page; `next_cursor` is absent after the last page.
         */
        RedriveResults: {
            /** Failed */
            failed: components["schemas"]["RedriveResult"][];
            /**
             * Next Cursor
             * @default null
             */
            next_cursor?: string | null;
            /** Redriven */
            redriven: number;
        };
        /**
         * RejectedRecord
         * @description A record that was not imported, and why.
         *
         *     position: the line number or the index in the array, from 1.
         */
        RejectedRecord: {
            /** Position */
            position: number;
            /** Reason */
            reason: string;
        };
        /**
         * Rejection
         * @description Why one item was rejected.
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
         * ResumedConsumer
         * @description A consumer that was resumed.
         */
        ResumedConsumer: {
            /** Consumer */
            consumer: string;
        };
        /**
         * Retry
         * @description Whether and when a client may retry the same request after a problem.
         * @enum {string}
         */
        Retry: "never" | "same" | "after-refresh" | "later" | Other;
        /**
         * Roles
         * @description The roles that a player's next token will have.
         */
        Roles: {
            /** Roles */
            roles: string[];
            /** Uid */
            uid: string;
        };
        /**
         * SessionReport
         * @description One event of a play session, as a client recorded it.
         *
         *     at: the time on the client's wall clock, with the player's UTC offset.
         *     unlisted: the SHA-256, in lower-case hex, of the normalised end of the program's path, for a
         *         game that is not in the catalog.
         *     boot_id: identifies the boot of the machine.
         *     uptime_ms: milliseconds since that boot, including sleep.
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
        SessionReport: {
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
        /** SessionReportBatch */
        SessionReportBatch: {
            /** Items */
            items: components["schemas"]["SessionReport"][];
            /**
             * Sent At
             * Format: date-time
             * @description The time on the client's clock when it sends this request. Set it again for every send, including retries; an old value shifts the items in time.
             * @example 2026-11-24T20:08:05+01:00
             */
            sent_at: string;
        };
        /**
         * Tool
         * @description A tool for a game.
         *
         *     locale: the language of the name and the summary. plan: the plan that a download requires, if
         *         any.
         *     newest: the newest version in each channel, `stable` first.
         */
        Tool: {
            /** Art */
            art: {
                [key: string]: components["schemas"]["Art"];
            };
            /** Game Id */
            game_id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "trainer" | "mod" | "widget" | "config_pack" | Other;
            /** Locale */
            locale: string;
            /** Name */
            name: string;
            /** Newest */
            newest: components["schemas"]["ToolVersion"][];
            /**
             * Plan
             * @default null
             */
            plan?: string | null;
            /** Summary */
            summary: string;
            /** Tool Id */
            tool_id: string;
        };
        /**
         * ToolChanges
         * @description Changes to a tool; absent members keep their values, and a null plan removes the plan.
         * @example {
         *       "plan": "premium"
         *     }
         */
        ToolChanges: {
            /**
             * Plan
             * @default null
             */
            plan?: string | null;
            /**
             * Texts
             * @default null
             */
            texts?: {
                [key: string]: components["schemas"]["ToolText"];
            } | null;
        };
        /**
         * ToolChoice
         * @description One of the values of a choice.
         */
        ToolChoice: {
            /** Label */
            label: string;
            /** Value */
            value: string;
        };
        /**
         * ToolDetail
         * @description A tool with its number of downloads.
         */
        ToolDetail: {
            /** Art */
            art: {
                [key: string]: components["schemas"]["Art"];
            };
            /** Downloads */
            downloads: number;
            /** Game Id */
            game_id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "trainer" | "mod" | "widget" | "config_pack" | Other;
            /** Locale */
            locale: string;
            /** Name */
            name: string;
            /** Newest */
            newest: components["schemas"]["ToolVersion"][];
            /**
             * Plan
             * @default null
             */
            plan?: string | null;
            /** Summary */
            summary: string;
            /** Tool Id */
            tool_id: string;
        };
        /**
         * ToolOption
         * @description A setting or action of a tool, labelled in the response's language.
         *
         *     replaces: the id of an earlier version's option whose setting this option takes over.
         */
        ToolOption: {
            /**
             * Choices
             * @default null
             */
            choices?: components["schemas"]["ToolChoice"][] | null;
            /**
             * Default
             * @default null
             */
            default?: boolean | number | string | null;
            /**
             * Group
             * @default null
             */
            group?: string | null;
            /** Id */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "toggle" | "number" | "choice" | "text" | "key" | "action" | Other;
            /** Label */
            label: string;
            /**
             * Max
             * @default null
             */
            max?: number | null;
            /**
             * Min
             * @default null
             */
            min?: number | null;
            /**
             * Replaces
             * @default null
             */
            replaces?: string | null;
            /**
             * Step
             * @default null
             */
            step?: number | null;
        };
        /**
         * ToolText
         * @description A tool's name and summary in one language.
         */
        ToolText: {
            /** Name */
            name: string;
            /**
             * Summary
             * @default
             */
            summary?: string;
        };
        /**
         * ToolVersion
         * @description A published version.
         *
         *     first_build, last_build: the first and last build that the version fits. An absent bound sets no
         *         limit.
         *     locale: the language of the labels. Labels without a translation are in English.
         */
        ToolVersion: {
            /**
             * Channel
             * @enum {string}
             */
            channel: "stable" | "beta" | "alpha" | Other;
            /** Dependencies */
            dependencies: components["schemas"]["Dependency"][];
            /** @default null */
            first_build?: components["schemas"]["BuildRef"] | null;
            /** @default null */
            last_build?: components["schemas"]["BuildRef"] | null;
            /** Locale */
            locale: string;
            /** Options */
            options: components["schemas"]["ToolOption"][];
            /**
             * Published At
             * Format: date-time
             */
            published_at: string;
            /** Sha256 */
            sha256: string;
            /** Size */
            size: number;
            /** Version */
            version: string;
        };
        /**
         * Upload
         * @description The URL and headers for the PUT request, and the time at which the URL expires.
         */
        Upload: {
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Headers */
            headers: {
                [key: string]: string;
            };
            /**
             * Method
             * @default PUT
             * @constant
             */
            method?: "PUT";
            /** Upload Id */
            upload_id: string;
            /** Url */
            url: string;
        };
        /**
         * UploadComplete
         * @description The upload that is complete.
         * @example {
         *       "upload_id": "5f3f7c9e-6a40-4a53-9a2c-0d8b5f7f7a11"
         *     }
         */
        UploadComplete: {
            /** Upload Id */
            upload_id: string;
        };
        /**
         * VersionChanges
         * @description Changes to a draft; absent members keep their values, and a null build removes the bound.
         * @example {
         *       "channel": "beta",
         *       "last_build_id": null
         *     }
         */
        VersionChanges: {
            /**
             * Channel
             * @default null
             */
            channel?: ("stable" | "beta" | "alpha") | null;
            /**
             * Dependencies
             * @default null
             */
            dependencies?: components["schemas"]["Dependency"][] | null;
            /**
             * First Build Id
             * @default null
             */
            first_build_id?: string | null;
            /**
             * Last Build Id
             * @default null
             */
            last_build_id?: string | null;
            /**
             * Options
             * @default null
             */
            options?: components["schemas"]["OptionDefinition"][] | null;
        };
        /**
         * VersionReason
         * @description Why a version was rejected or withdrawn.
         */
        VersionReason: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
        };
        /**
         * Withdrawal
         * @description Why a version is withdrawn.
         * @example {
         *       "reason": "It crashes at sea."
         *     }
         */
        Withdrawal: {
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
    listAuditEntries: {
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
                    "application/json": components["schemas"]["Page_AuditEntry_"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listConsumers: {
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
                    "application/json": components["schemas"]["ConsumersOverview"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    pauseConsumer: {
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
                "application/json": components["schemas"]["ActionReason"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsumerPause"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    resumeConsumer: {
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
                    "application/json": components["schemas"]["ResumedConsumer"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listDeadLetters: {
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
                    "application/json": components["schemas"]["Page_DeadLetter_"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    getDeadLetter: {
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
                    "application/json": components["schemas"]["DeadLetterDetail"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    redriveDeadLetter: {
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
                    "application/json": components["schemas"]["RedriveResult"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    resolveDeadLetter: {
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
                "application/json": components["schemas"]["ActionReason"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterDetail"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    redriveDeadLetters: {
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
                "application/json": components["schemas"]["RedriveRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RedriveResults"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listEntitlements: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                uid: string;
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
                    "application/json": components["schemas"]["Page_Entitlement_"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    grantEntitlement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plan: string;
                uid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "until": "2027-11-24T00:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["PlanGrant"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entitlement"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    revokeEntitlement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plan: string;
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    createGame: {
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
                 *       "title": "The Settlers",
                 *       "titles": {
                 *         "de": "Die Siedler"
                 *       },
                 *       "stores": [
                 *         {
                 *           "store": "gog",
                 *           "id": "1207658786"
                 *         }
                 *       ],
                 *       "executables": [
                 *         {
                 *           "os": "win32",
                 *           "name": "settlers/s.exe"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewGame"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditableGame"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    getEditableGame: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                game_id: number;
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
                    "application/json": components["schemas"]["EditableGame"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    editGame: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the resource as it was last read, or `*`. */
                "If-Match": string;
            };
            path: {
                game_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "aliases": [
                 *         "Serf City"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["GameChanges"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditableGame"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed since it was read */
            412: {
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    getGameArt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                game_id: number;
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
                    "application/json": components["schemas"]["ArtStatus"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    createGameArtUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                game_id: number;
                kind: "icon" | "cover" | "banner";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "size": 48213,
                 *       "content_type": "image/png"
                 *     }
                 */
                "application/json": components["schemas"]["NewArtUpload"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    publishGameArt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                game_id: number;
                kind: "icon" | "cover" | "banner";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "upload_id": "5f3f7c9e-6a40-4a53-9a2c-0d8b5f7f7a11"
                 *     }
                 */
                "application/json": components["schemas"]["UploadComplete"];
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtUpload"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    mergeGame: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                game_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "into": "3256"
                 *     }
                 */
                "application/json": components["schemas"]["MergeRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditableGame"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    importGames: {
        parameters: {
            query?: {
                first?: number;
                format?: ("lines" | "array") | null;
                import_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": unknown;
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    compareProjections: {
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
                    "application/json": components["schemas"]["ProjectionComparison"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    rebuildProjections: {
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
                "application/json": components["schemas"]["RebuildRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RebuildResult"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    getRoles: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                uid: string;
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
                    "application/json": components["schemas"]["Roles"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    grantRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                role: "creator" | "admin";
                uid: string;
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
                    "application/json": components["schemas"]["Roles"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    revokeRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                role: "creator" | "admin";
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listBuilds: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
            };
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
                    "application/json": components["schemas"]["Page_Build_"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    createBuild: {
        parameters: {
            query?: never;
            header: {
                /** @description A new UUID per request; its retries use the same one. It is kept for 48 hours. */
                "Idempotency-Key": string;
            };
            path: {
                game_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "1.62 hotfix 2",
                 *       "released_at": "2026-11-20T12:00:00Z",
                 *       "marks": [
                 *         {
                 *           "kind": "steam",
                 *           "value": "12817491"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewBuild"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflicts with the current state */
            409: {
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listOwnTools: {
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
                    "application/json": components["schemas"]["Page_OwnTool_"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    createTool: {
        parameters: {
            query?: never;
            header: {
                /** @description A new UUID per request; its retries use the same one. It is kept for 48 hours. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "game_id": "3255",
                 *       "kind": "trainer",
                 *       "texts": {
                 *         "en": {
                 *           "name": "Calm Seas",
                 *           "summary": "No storms."
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewTool"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnTool"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflicts with the current state */
            409: {
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    getOwnTool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tool_id: string;
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
                    "application/json": components["schemas"]["OwnTool"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    editTool: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the resource as it was last read, or `*`. */
                "If-Match": string;
            };
            path: {
                tool_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "plan": "premium"
                 *     }
                 */
                "application/json": components["schemas"]["ToolChanges"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnTool"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed since it was read */
            412: {
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    getToolArt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tool_id: string;
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
                    "application/json": components["schemas"]["ArtStatus"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    createToolArtUpload: {
        parameters: {
            query?: never;
            header: {
                /** @description A new UUID per request; its retries use the same one. It is kept for 48 hours. */
                "Idempotency-Key": string;
            };
            path: {
                kind: "icon" | "cover" | "banner";
                tool_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "size": 48213,
                 *       "content_type": "image/png"
                 *     }
                 */
                "application/json": components["schemas"]["NewArtUpload"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflicts with the current state */
            409: {
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    publishToolArt: {
        parameters: {
            query?: never;
            header: {
                /** @description A new UUID per request; its retries use the same one. It is kept for 48 hours. */
                "Idempotency-Key": string;
            };
            path: {
                kind: "icon" | "cover" | "banner";
                tool_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "upload_id": "5f3f7c9e-6a40-4a53-9a2c-0d8b5f7f7a11"
                 *     }
                 */
                "application/json": components["schemas"]["UploadComplete"];
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtUpload"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflicts with the current state */
            409: {
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listOwnVersions: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
            };
            header?: never;
            path: {
                tool_id: string;
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
                    "application/json": components["schemas"]["Page_OwnVersion_"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    createVersion: {
        parameters: {
            query?: never;
            header: {
                /** @description A new UUID per request; its retries use the same one. It is kept for 48 hours. */
                "Idempotency-Key": string;
            };
            path: {
                tool_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "version": "1.4.0",
                 *       "channel": "stable",
                 *       "options": [
                 *         {
                 *           "id": "calm_seas",
                 *           "kind": "toggle",
                 *           "labels": {
                 *             "en": "Calm seas"
                 *           },
                 *           "default": true
                 *         }
                 *       ],
                 *       "first_build_id": "11"
                 *     }
                 */
                "application/json": components["schemas"]["NewVersion"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnVersion"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflicts with the current state */
            409: {
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    getOwnVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tool_id: string;
                version: string;
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
                    "application/json": components["schemas"]["OwnVersion"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    editVersion: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the resource as it was last read, or `*`. */
                "If-Match": string;
            };
            path: {
                tool_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "channel": "beta",
                 *       "last_build_id": null
                 *     }
                 */
                "application/json": components["schemas"]["VersionChanges"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnVersion"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed since it was read */
            412: {
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    publishVersion: {
        parameters: {
            query?: never;
            header: {
                /** @description A new UUID per request; its retries use the same one. It is kept for 48 hours. */
                "Idempotency-Key": string;
            };
            path: {
                tool_id: string;
                version: string;
            };
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
                    "application/json": components["schemas"]["OwnVersion"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflicts with the current state */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    createVersionUpload: {
        parameters: {
            query?: never;
            header: {
                /** @description A new UUID per request; its retries use the same one. It is kept for 48 hours. */
                "Idempotency-Key": string;
            };
            path: {
                tool_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "size": 1048576
                 *     }
                 */
                "application/json": components["schemas"]["NewUpload"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflicts with the current state */
            409: {
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    withdrawVersion: {
        parameters: {
            query?: never;
            header: {
                /** @description A new UUID per request; its retries use the same one. It is kept for 48 hours. */
                "Idempotency-Key": string;
            };
            path: {
                tool_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "It crashes at sea."
                 *     }
                 */
                "application/json": components["schemas"]["Withdrawal"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnVersion"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflicts with the current state */
            409: {
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    getDetectionList: {
        parameters: {
            query?: {
                from?: number;
            };
            header?: never;
            path: {
                os: "win32" | "darwin" | "linux";
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
                    "application/json": components["schemas"]["DetectionList"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    createDownload: {
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
                 *       "tool_id": "7",
                 *       "version": "1.2.0",
                 *       "build_id": "12"
                 *     }
                 */
                "application/json": components["schemas"]["NewDownload"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Download"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listGames: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                locale?: string | null;
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
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    getGame: {
        parameters: {
            query?: {
                locale?: string | null;
            };
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
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Moved permanently */
            308: {
                headers: {
                    Location: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listGameTools: {
        parameters: {
            query?: {
                build?: string | null;
                cursor?: string | null;
                limit?: number;
                locale?: string | null;
            };
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
                    "application/json": components["schemas"]["Page_Tool_"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Moved permanently */
            308: {
                headers: {
                    Location: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    deleteAccount: {
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
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listAchievements: {
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
                    "application/json": components["schemas"]["Page_Achievement_"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    exportAccount: {
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
                    "application/json": components["schemas"]["AccountExport"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listLibraryGames: {
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
                    "application/json": components["schemas"]["Page_LibraryGame_"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    matchLibrary: {
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
                 *           "id": "steam-620",
                 *           "store": "steam",
                 *           "store_id": "620",
                 *           "os": "win32",
                 *           "path": "D:\\SteamLibrary\\steamapps\\common\\Portal 2\\portal2.exe"
                 *         },
                 *         {
                 *           "id": "found-17",
                 *           "os": "linux",
                 *           "path": "/home/ada/Games/undertale/UNDERTALE.exe"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["LibraryItemBatch"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryMatches"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    replaceInstallation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                install_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "game_id": "3255",
                 *           "build_id": "12"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["InstalledGames"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installation"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    deleteInstallation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                install_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listPlaytime: {
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
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    reportSessions: {
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
                "application/json": components["schemas"]["SessionReportBatch"];
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
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Authentication required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
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
            /** @description Invalid request body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    getTool: {
        parameters: {
            query?: {
                build?: string | null;
                locale?: string | null;
            };
            header?: never;
            path: {
                tool_id: string;
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
                    "application/json": components["schemas"]["ToolDetail"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
    listToolVersions: {
        parameters: {
            query?: {
                build?: string | null;
                cursor?: string | null;
                limit?: number;
                locale?: string | null;
            };
            header?: never;
            path: {
                tool_id: string;
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
                    "application/json": components["schemas"]["Page_ToolVersion_"];
                };
            };
            /** @description Not modified: the caller's copy is current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service temporarily unavailable */
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
