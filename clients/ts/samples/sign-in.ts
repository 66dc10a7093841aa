import { createSavepointClient } from "@savepoint/client";
import { initializeApp } from "firebase/app";
import { getAuth, signInWithEmailAndPassword } from "firebase/auth";
import { getFirestore } from "firebase/firestore";

export async function signIn(email: string, password: string) {
  const app = initializeApp({ apiKey: "your-web-api-key", projectId: "your-project" });
  const { user } = await signInWithEmailAndPassword(getAuth(app), email, password);
  const getToken = (forceRefresh: boolean) => user.getIdToken(forceRefresh);
  const baseUrl = "https://api.example.com";
  const savepoint = createSavepointClient({ baseUrl, clientName: "web/8.4.1", getToken });
  return { uid: user.uid, savepoint, db: getFirestore(app) };
}
