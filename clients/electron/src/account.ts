import { createSavepointClient, localTokenSource, type SavepointClient } from "@savepoint/client";
import { initializeApp } from "firebase/app";
import { connectFirestoreEmulator, type Firestore, getFirestore } from "firebase/firestore";

/** A signed-in player, with clients of the API and of Firestore. */
export interface Account {
  uid: string;
  savepoint: SavepointClient;
  db: Firestore;
}

/** The addresses of a local cloud. */
export interface LocalCloud {
  baseUrl: string;
  firestore: string;
}

/** Sign in as any uid, which only a local cloud allows; it may be unreachable. */
export function signInLocally(cloud: LocalCloud, uid: string, version: string): Account {
  const { baseUrl, firestore } = cloud;
  const clientName = `desktop/${version} (${process.platform}; ${process.arch})`;
  const getToken = localTokenSource(baseUrl, uid);
  const savepoint = createSavepointClient({ baseUrl, clientName, getToken });
  const db = getFirestore(initializeApp({ projectId: "demo-savepoint" }));
  const [host = "", port] = firestore.split(":");
  connectFirestoreEmulator(db, host, Number(port), { mockUserToken: { sub: uid } });
  return { uid, savepoint, db };
}
