import { createRoot } from "react-dom/client";
import { App } from "./App";
import "./style/tokens.css";
import "./style/controls.css";
import "./style/layout.css";
import "./style/stage.css";
import "./style/detail.css";

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
