import type { ReactNode } from "react";

interface NoticeProps {
  tone: "away" | "plain" | "bad";
  children: ReactNode;
}

/** One line that somebody should know, read aloud when it appears. */
export function Notice({ tone, children }: NoticeProps) {
  return (
    <p className={`notice ${tone}`} role="status">
      {children}
    </p>
  );
}
