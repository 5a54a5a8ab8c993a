package api

// Regions are those for which the vendor publishes an endpoint, public or inside a VPC.
// The list is for being offered: others are no error.
func Regions() []string {
	return []string{
		"cn-qingdao", "cn-beijing", "cn-zhangjiakou", "cn-huhehaote", "cn-wulanchabu", "cn-hangzhou", "cn-shanghai", "cn-shenzhen",
		"cn-heyuan-acdr-1", "cn-guangzhou", "cn-chengdu", "cn-hongkong", "cn-hangzhou-finance", "cn-shanghai-finance-1",
		"cn-shenzhen-finance-1", "ap-southeast-1", "ap-southeast-3", "ap-southeast-5", "ap-southeast-6", "ap-northeast-1",
		"us-east-1", "us-west-1", "eu-central-1", "eu-west-1", "me-central-1",
	}
}
