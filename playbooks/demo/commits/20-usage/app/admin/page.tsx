import { notFound } from "next/navigation";
import { createClient } from "@/lib/supabase/server";

export default async function Admin() {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (user?.app_metadata.desk !== "founder") notFound();
  const { data: rows } = await supabase.from("workspace_usage").select("name, owner_email, chats");
  return (
    <table>
      <tbody>
        {rows?.map((row) => (
          <tr key={row.name}>
            <td>{row.name}</td>
            <td>{row.owner_email}</td>
            <td>{row.chats}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
